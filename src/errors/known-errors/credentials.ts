import { ASSOCIATE, NEW_POD, OIDC, POD_WITHOUT_IDENTITY } from './commands.ts';
import type { KnownError } from './known-error.ts';

export const CREDENTIALS: readonly KnownError[] = [
  {
    id: 'node-identity',
    areas: ['credentials'],
    means: `This pod has no variables of EKS Pod Identity, so the calls use the IAM role of its node, as they would in every other pod of that node. ${POD_WITHOUT_IDENTITY} A pod with hostNetwork: true reaches the role of its node whatever the hop limit of the node is.`,
    remedy: NEW_POD,
  },
  {
    id: 'profile-missing',
    areas: ['credentials'],
    means:
      "AWS_PROFILE names profile '{profile}', which is in neither of the AWS configuration files of this runner. Going on without it would use another identity.",
    remedy:
      "Create the profile in an earlier step (input aws-profile of aws-actions/configure-aws-credentials), or unset AWS_PROFILE:\nenv:\n  AWS_PROFILE: ''",
  },
  {
    id: 'credential-process-failed',
    areas: ['credentials'],
    means:
      "The command in the setting credential_process of profile '{profile}' did not end with exit code 0. What it prints is not shown, since that can contain secrets.",
    remedy:
      'Run that command on the runner, as the user of the runner:\naws configure get credential_process --profile {profile}',
  },
  {
    id: 'container-metadata-hostname',
    areas: ['pod-identity', 'credentials'],
    pattern: /is not a valid container metadata service hostname/,
    means:
      "The request for the container's credentials failed. This message comes from an older provider of the AWS SDK, which does not support EKS Pod Identity, and hides the real error. aws-actions/amazon-ecr-login up to 2.0.1 always fails with it in a pod; 2.0.2 does only when the agent has refused the request.",
    remedy:
      'Use EKS Pod Identity directly, which shows the real error:\nwith:\n  credential-source: container',
  },
  {
    id: 'no-credentials-github-hosted',
    areas: ['credentials'],
    pattern:
      /(?:Could not load credentials from any providers|instance metadata|EC2 Metadata).*^runner: github-hosted$/ims,
    means:
      'This runner is hosted by GitHub. It has no EKS Pod Identity and no instance role; a step before this one has to get credentials, best with OpenID Connect.',
    remedy:
      'Allow the job to request a token of GitHub, and assume a role with it:\npermissions:\n  contents: read\n  id-token: write\nsteps:\n  - uses: aws-actions/configure-aws-credentials@v6\n    with:\n      role-to-assume: arn:aws:iam::{accountId}:role/{role}\n      aws-region: {region}',
  },
  {
    id: 'no-credentials',
    areas: ['credentials'],
    pattern:
      /^(?![\s\S]*^source: profile$)[\s\S]*(?:Could not load credentials from any providers|instance metadata|EC2 Metadata)/im,
    means:
      'No source returned credentials. Checked, in this order: keys in the environment, a profile, EKS Pod Identity, and the default chain of the AWS SDK (IRSA, profiles, SSO, process, ECS, instance metadata).',
    remedy: `Create an EKS Pod Identity association, then recreate the runner pod:\n${ASSOCIATE}\nOr get credentials in a step before this one:\n${OIDC}`,
  },
  {
    id: 'irsa-denied',
    areas: ['credentials'],
    pattern: /Not authorized to perform sts:AssumeRoleWithWebIdentity/,
    means:
      'The trust policy of the role in AWS_ROLE_ARN does not allow this web identity: it names another OIDC provider, namespace or service account, or a claim that the token does not have.',
    remedy:
      'Compare the trust policy of the role with the token. For service account {serviceAccount} in namespace {namespace}:\n"StringEquals": { "<oidc-provider>:sub": "system:serviceaccount:{namespace}:{serviceAccount}", "<oidc-provider>:aud": "sts.amazonaws.com" }',
  },
  {
    id: 'irsa-provider-missing',
    areas: ['credentials'],
    pattern: /No OpenIDConnect provider found/,
    means:
      'The account of the role in AWS_ROLE_ARN has no OIDC provider for the issuer of the web identity token.',
    remedy:
      'Register the OIDC provider of the cluster in the account of the role:\neksctl utils associate-iam-oidc-provider --cluster {cluster} --region {region} --approve',
  },
  {
    id: 'irsa-audience',
    areas: ['credentials'],
    pattern: /Incorrect token audience/,
    means:
      'The OIDC provider in IAM does not list the audience of the web identity token in AWS_WEB_IDENTITY_TOKEN_FILE. For IRSA the audience is sts.amazonaws.com, unless the service account has the annotation eks.amazonaws.com/audience.',
    remedy:
      'See which audiences the provider lists, and add the missing one:\naws iam list-open-id-connect-providers\naws iam get-open-id-connect-provider --open-id-connect-provider-arn <provider-arn>\naws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn <provider-arn> --client-id sts.amazonaws.com',
  },
  {
    id: 'irsa-provider-unreachable',
    areas: ['credentials'],
    pattern: /retrieve verification key|IDPCommunicationError|configured thumbprint/,
    means:
      'STS cannot get the keys of the OIDC provider: its issuer URL is not reachable from the internet, or its certificate is not the one that is configured in IAM.',
    remedy:
      'See whether the issuer responds, and which thumbprints are configured:\ncurl -sS -o /dev/null -D - <issuer-url>/.well-known/openid-configuration\naws iam get-open-id-connect-provider --open-id-connect-provider-arn <provider-arn>',
  },
  {
    id: 'irsa-token-expired',
    areas: ['credentials'],
    pattern: /ExpiredTokenException.*Token expired/,
    means:
      'By the clock of STS, the web identity token in AWS_WEB_IDENTITY_TOKEN_FILE has expired. Kubernetes renews the file that it mounts, but not a copy of it.',
    remedy:
      'Set AWS_WEB_IDENTITY_TOKEN_FILE to the mounted file, not to a copy. If it is the mounted file, look at the clock and the kubelet of the node:\nkubectl get events --namespace {namespace}',
  },
  {
    id: 'irsa-token',
    areas: ['credentials'],
    pattern: /InvalidIdentityToken/,
    means: 'The file in AWS_WEB_IDENTITY_TOKEN_FILE does not contain a web identity token that STS accepts.',
    remedy:
      'Use the file that EKS mounts:\nenv:\n  AWS_WEB_IDENTITY_TOKEN_FILE: /var/run/secrets/eks.amazonaws.com/serviceaccount/token',
  },
  {
    id: 'role-arn-invalid',
    areas: ['credentials'],
    pattern: /Request ARN is invalid|ValidationError.*'roleArn'/,
    means: 'AWS_ROLE_ARN, or role_arn of the profile, is not the ARN of a role.',
    remedy:
      'Write the whole ARN, without quotes or blanks:\nenv:\n  AWS_ROLE_ARN: arn:aws:iam::{accountId}:role/{role}',
  },
  {
    id: 'sts-region-disabled',
    areas: ['credentials'],
    pattern: /RegionDisabled/,
    means: 'The account has AWS STS deactivated in {region}, or this Region is not enabled for it.',
    remedy:
      'Activate AWS STS for the Region, in the account settings of IAM, or use another Region for this step:\nwith:\n  aws-region: eu-west-1',
  },
  {
    id: 'session-tags-too-large',
    areas: ['credentials'],
    pattern: /PackedPolicyTooLarge/,
    means:
      'The session policies and session tags of the role to assume are too large together. The six tags that EKS Pod Identity sets are passed on to each further role.',
    remedy:
      'Disable the session tags of the association, if no policy depends on them:\naws eks update-pod-identity-association --cluster-name {cluster} --region {region} --association-id <association-id> --disable-session-tags',
  },
  {
    id: 'irsa-token-file',
    areas: ['credentials'],
    pattern: /(?:ENOENT|EACCES)[^']*'(?<tokenFile>[^']+)'/,
    means:
      "The file {tokenFile}, which the credentials need, does not exist or cannot be read. A 'container:' job, or a container of docker-in-docker, gets the runner's variables but not its mounts.",
    remedy:
      "Run this step outside the job's container, or mount the token of IRSA into it:\ncontainer:\n  volumes:\n    - /var/run/secrets/eks.amazonaws.com:/var/run/secrets/eks.amazonaws.com:ro",
  },
  {
    id: 'credentials-timeout',
    areas: ['credentials'],
    pattern: /no response within/,
    means:
      'The source of the credentials did not respond: the EKS Pod Identity agent where the address of a container is set, AWS STS for a role, or the credential_process of a profile.',
    remedy:
      'Use EKS Pod Identity directly, which shows its own error:\nwith:\n  credential-source: container',
  },
];

/** Less specific errors of credentials, which come after those of ECR. */
export const CREDENTIALS_OTHERWISE: readonly KnownError[] = [
  {
    id: 'sts-unreachable',
    areas: ['credentials'],
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ETIMEDOUT|ECONNRESET|EPIPE|socket hang up|TimeoutError|AggregateError/,
    means:
      'Cannot reach the service that returns the credentials (AWS STS, for a role) from this runner. A subnet without internet access needs a VPC endpoint for it.',
    remedy:
      'Create the endpoint:\naws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region {region} --service-name com.amazonaws.{region}.sts',
  },
  {
    id: 'profile-unresolved',
    areas: ['credentials'],
    pattern: /^source: profile$/m,
    means:
      "AWS_PROFILE selects profile '{profile}', which returned no credentials. Going on without it would use another identity.",
    remedy:
      "Test the profile on the runner:\naws sts get-caller-identity --profile {profile}\nOr unset AWS_PROFILE:\nenv:\n  AWS_PROFILE: ''",
  },
];
