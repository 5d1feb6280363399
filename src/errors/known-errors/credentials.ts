import { ASSOCIATE } from './commands.ts';
import type { KnownError } from './known-error.ts';

export const CREDENTIALS: readonly KnownError[] = [
  {
    id: 'node-identity',
    areas: ['credentials'],
    means:
      'This pod has no identity of its own, so the role of its node signs, as it would for every other pod of that node. Namespace {namespace}, service account {serviceAccount}.',
    remedy: `Create an association, and then recreate the runner pod: EKS gives a pod its identity when the pod is created.\n${ASSOCIATE}`,
  },
  {
    id: 'profile-missing',
    areas: ['credentials'],
    means:
      "AWS_PROFILE names the profile '{profile}', which is in neither of the AWS configuration files of this runner. Going on without it would sign as somebody else.",
    remedy:
      "Make the profile in a step before this one (aws-profile of aws-actions/configure-aws-credentials), or take AWS_PROFILE away:\nenv:\n  AWS_PROFILE: ''",
  },
  {
    id: 'container-metadata-hostname',
    areas: ['pod-identity', 'credentials'],
    pattern: /is not a valid container metadata service hostname/,
    means:
      "The container's credentials were asked for and not given; this message comes from an older provider that the SDK tries afterwards, and hides the real one. It knows nothing of EKS Pod Identity.",
    remedy:
      'Let the action ask EKS Pod Identity itself, and say why it refuses:\nwith:\n  credential-source: container',
  },
  {
    id: 'no-credentials',
    areas: ['credentials'],
    pattern: /Could not load credentials from any providers|instance metadata|EC2 Metadata/i,
    means:
      'No source gave credentials. Looked at, in this order: keys in the environment, a profile, EKS Pod Identity, and the default chain of the SDK (IRSA, profiles, SSO, process, ECS, instance metadata).',
    remedy: `Give the pod an identity with EKS Pod Identity, then recreate the runner pod:\n${ASSOCIATE}\nOr sign in before this step:\n- uses: aws-actions/configure-aws-credentials@v6\n  with:\n    role-to-assume: arn:aws:iam::{accountId}:role/{role}\n    aws-region: {region}`,
  },
  {
    id: 'irsa-denied',
    areas: ['credentials'],
    pattern: /Not authorized to perform sts:AssumeRoleWithWebIdentity/,
    means:
      'The role of AWS_ROLE_ARN does not let this web identity in: the trust policy names another OIDC provider, namespace or service account, or a claim that the token does not have.',
    remedy:
      'Compare the trust policy of the role with the token. For service account {serviceAccount} in namespace {namespace}:\n"StringEquals": { "<oidc-provider>:sub": "system:serviceaccount:{namespace}:{serviceAccount}", "<oidc-provider>:aud": "sts.amazonaws.com" }',
  },
  {
    id: 'irsa-token',
    areas: ['credentials'],
    pattern:
      /InvalidIdentityToken|OpenIDConnect provider|ExpiredTokenException.*Token expired|IDPCommunicationError/,
    means:
      'STS does not take the web identity token of AWS_WEB_IDENTITY_TOKEN_FILE: its OIDC provider is not registered in this account, cannot be reached, or the token has expired.',
    remedy:
      'Register the OIDC provider of the cluster:\neksctl utils associate-iam-oidc-provider --cluster {cluster} --region {region} --approve',
  },
  {
    id: 'irsa-token-file',
    areas: ['credentials'],
    pattern: /(?:ENOENT|EACCES)[^']*'(?<tokenFile>[^']+)'/,
    means:
      "The file {tokenFile} that the credentials need is not there or cannot be read. A 'container:' job, or a container of docker-in-docker, gets the runner's variables but not its mounts.",
    remedy:
      "Run this step outside of the job's container, or mount the token of IRSA into it:\ncontainer:\n  volumes:\n    - /var/run/secrets/eks.amazonaws.com:/var/run/secrets/eks.amazonaws.com:ro",
  },
  {
    id: 'assume-role-denied',
    areas: ['credentials'],
    pattern:
      /User: (?<principal>\S+) is not authorized to perform: sts:(?:AssumeRole|TagSession) on resource: (?<role>\S+)/,
    means:
      '{principal} may not assume {role}: its own policy does not allow it, or the trust policy of the role does not let it in.',
    remedy:
      'Add to the policy of {principal}:\n{ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "{role}" }\nand to the trust policy of {role}:\n{ "Effect": "Allow", "Principal": { "AWS": "{principal}" }, "Action": "sts:AssumeRole" }',
  },
  {
    id: 'credentials-timeout',
    areas: ['credentials'],
    pattern: /no response within/,
    means:
      'What gives the credentials was asked and never answered: the EKS Pod Identity agent where the address of a container is set, AWS STS for a role, or the process that a profile names.',
    remedy:
      'Ask EKS Pod Identity alone, which then says what is wrong with it:\nwith:\n  credential-source: container',
  },
];

/** What is left to say of credentials when nothing above knows more. */
export const CREDENTIALS_OTHERWISE: readonly KnownError[] = [
  {
    id: 'sts-unreachable',
    areas: ['credentials'],
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ETIMEDOUT|ECONNRESET|EPIPE|socket hang up|TimeoutError|AggregateError/,
    means:
      'The service that gives the credentials (AWS STS, for a role) cannot be reached from here. A subnet without a way to the internet needs a VPC endpoint for it.',
    remedy:
      'Create the endpoint:\naws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id <vpc-id> --subnet-ids <subnet-ids> --region {region} --service-name com.amazonaws.{region}.sts',
  },
  {
    id: 'profile-unresolved',
    areas: ['credentials'],
    pattern: /^source: profile$/m,
    means:
      "AWS_PROFILE chose the profile '{profile}', and it does not lead to credentials. Going on without it would sign as somebody else.",
    remedy:
      "Try the profile on the runner:\naws sts get-caller-identity --profile {profile}\nor take AWS_PROFILE away:\nenv:\n  AWS_PROFILE: ''",
  },
];
