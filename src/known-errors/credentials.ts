import { type KnownError, NO_CONNECTION, VPC_ENDPOINT } from './known-error.ts';
import { CREATE_ASSOCIATION, NOTHING_FOUND } from './pod-identity.ts';

const ASSUME_ROLE = [
  '- uses: aws-actions/configure-aws-credentials@v6',
  '  with:',
  '    role-to-assume: <role-arn>',
  '    aws-region: <region>',
];

export const CREDENTIALS: KnownError[] = [
  {
    id: 'github-hosted-no-credentials',
    requires: { runner: 'github-hosted', source: 'default-chain' },
    patterns: [NOTHING_FOUND],

    cause: `GitHub-hosted runners have no AWS credentials.`,
    remedy: `Assume a role before this step, with a token of OpenID Connect that the job may
      request.`,
    commands: ['permissions:', '  contents: read', '  id-token: write', 'steps:', ...ASSUME_ROLE],
  },

  {
    id: 'no-credentials',
    requires: { source: 'default-chain' },
    patterns: [NOTHING_FOUND],

    cause: `This runner has no AWS credentials.`,
    remedy: `Create an EKS Pod Identity association and a new runner pod, or get credentials in
      an earlier step.`,
    commands: [CREATE_ASSOCIATION, ...ASSUME_ROLE],
  },

  {
    id: 'irsa-refused',
    patterns: [
      /AssumeRoleWithWebIdentity|No OpenIDConnect provider|Incorrect token audience/,
      /IDPCommunicationError|configured thumbprint/,
    ],

    cause: `AWS STS refuses the web identity of the pod (IRSA). The trust policy of the role in
      AWS_ROLE_ARN names another service account, namespace or audience, or its account has no
      OIDC provider of the cluster.`,
    remedy: `Compare the OIDC providers with the issuer of the cluster, and the trust policy
      with the condition below.`,
    commands: [
      `aws eks describe-cluster --name <cluster> --region <region>
        --query cluster.identity.oidc.issuer`,
      'aws iam list-open-id-connect-providers',
      'aws iam get-role --role-name <role> --query Role.AssumeRolePolicyDocument',
      `"StringEquals": {
        "<oidc-provider>:sub": "system:serviceaccount:<namespace>:<service-account>",
        "<oidc-provider>:aud": "sts.amazonaws.com" }`,
    ],
  },

  {
    id: 'irsa-token',
    patterns: [/InvalidIdentityToken|Token expired|, open '[^']{0,200}token/],

    cause: `The token in AWS_WEB_IDENTITY_TOKEN_FILE is missing, not readable, invalid or
      expired. A 'container:' job can have the variable without the file.`,
    remedy: `Let the variable name the file that EKS mounts, not a copy:
      /var/run/secrets/eks.amazonaws.com/serviceaccount/token. Mount its directory into the
      container of the job.`,
  },

  {
    id: 'sts-unreachable',
    patterns: NO_CONNECTION,

    cause: `This runner cannot reach AWS STS, or another service with the credentials. A subnet
      without internet access needs a VPC endpoint.`,
    remedy: `Create the endpoint, with port 443 open to the runner.`,
    commands: [`${VPC_ENDPOINT}.sts`],
  },

  {
    id: 'profile-failed',
    requires: { source: 'profile' },

    cause: `AWS_PROFILE selects profile <profile>, which does not exist on this runner or
      returned no credentials.`,
    remedy: `Test the profile as the user of the runner. To create it, use input 'aws-profile'
      of aws-actions/configure-aws-credentials. To use other credentials, unset AWS_PROFILE.`,
    commands: ['aws sts get-caller-identity --profile <profile>'],
  },
];
