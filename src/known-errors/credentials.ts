import { ASSUME_ROLE, type KnownError, NO_CONNECTION, VPC_ENDPOINT } from './known-error.ts';
import { CREATE_ASSOCIATION, NOTHING_FOUND } from './pod-identity.ts';

export const CREDENTIALS: readonly KnownError[] = [
  {
    id: 'github-hosted-no-credentials',
    requires: { runner: 'github-hosted', source: 'default-chain' },
    pattern: NOTHING_FOUND,
    cause: `GitHub-hosted runners have no AWS credentials. A step before this one must get them with OpenID Connect.`,
    remedy: `Allow the job to request a token, and assume a role with it.\npermissions:\n  contents: read\n  id-token: write\nsteps:\n${ASSUME_ROLE}`,
  },
  {
    id: 'no-credentials',
    requires: { source: 'default-chain' },
    pattern: NOTHING_FOUND,
    cause: `The default chain of the AWS SDK found no credentials on this runner.`,
    remedy: `Create an EKS Pod Identity association and a new runner pod, or get credentials in a step before this one.\n${CREATE_ASSOCIATION}\n${ASSUME_ROLE}`,
  },
  {
    id: 'irsa-refused',
    pattern:
      /AssumeRoleWithWebIdentity|No OpenIDConnect provider|Incorrect token audience|IDPCommunicationError|configured thumbprint/,
    cause: `AWS STS does not accept the web identity of the pod (IRSA). The trust policy of the role in AWS_ROLE_ARN names another service account, namespace or audience, or the account of the role has no OIDC provider that matches the cluster.`,
    remedy: `Compare the OIDC providers with the issuer of the cluster, and the trust policy with the condition below.\naws eks describe-cluster --name <cluster> --region <region> --query cluster.identity.oidc.issuer\naws iam list-open-id-connect-providers\naws iam get-role --role-name <role> --query Role.AssumeRolePolicyDocument\n"StringEquals": { "<oidc-provider>:sub": "system:serviceaccount:<namespace>:<service-account>", "<oidc-provider>:aud": "sts.amazonaws.com" }`,
  },
  {
    id: 'irsa-token',
    pattern: /InvalidIdentityToken|Token expired|, open '[^']{0,200}token/,
    cause: `The file in AWS_WEB_IDENTITY_TOKEN_FILE is missing or cannot be read, or its token is invalid or expired. A 'container:' job can have the variable without the file.`,
    remedy: `Let the variable name the file that EKS mounts, not a copy: /var/run/secrets/eks.amazonaws.com/serviceaccount/token. Mount its directory into the container of the job.`,
  },
  {
    id: 'sts-unreachable',
    pattern: new RegExp(NO_CONNECTION),
    cause: `This runner cannot reach AWS STS, or another service that returns the credentials. A subnet without a route to the internet needs a VPC endpoint.`,
    remedy: `Create the endpoint, with port 443 open to the runner.\n${VPC_ENDPOINT}.sts`,
  },
  {
    id: 'profile-failed',
    requires: { source: 'profile' },
    cause: `AWS_PROFILE selects profile <profile>, which does not exist on this runner or returned no credentials. Falling back would silently use a different identity.`,
    remedy: `Test the profile on the runner, as its user. To create the profile, use input 'aws-profile' of aws-actions/configure-aws-credentials. To use other credentials, unset AWS_PROFILE.\naws sts get-caller-identity --profile <profile>`,
  },
];
