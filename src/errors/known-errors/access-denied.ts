import type { KnownError } from './known-error.ts';

// What IAM denies. Its messages name the kind of policy that decided:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html

/** The start of such a message, for an action that matches. */
const denied = (action: string): string =>
  String.raw`User: (?<principal>\S+) is not authorized to perform: (?<action>${action})`;

const EXPLICIT_DENY = `${denied(String.raw`[\w-]+:\w+`)}.*with an explicit deny`;
const NOT_ALLOWED = `${denied(String.raw`[\w-]+:\w+`)}.*because no`;

/** The role that was to be assumed. Not every message names it. */
const ON_ROLE = String.raw`\b(?: on resource: (?<role>\S+))?`;
const SESSION_TAGS =
  'A session with session tags, as EKS Pod Identity sets them, needs sts:TagSession in each of these statements, too.';

const ALLOW_ACTION = '{ "Effect": "Allow", "Action": "{action}", "Resource": "*" }';

/** Policies that deny, or that limit what other policies allow. No Allow in a policy of the identity helps. */
const LIMITS: readonly KnownError[] = [
  {
    id: 'denied-by-organization',
    areas: ['ecr', 'credentials', 'pod-identity'],
    pattern: new RegExp(
      `${EXPLICIT_DENY}(?: in a VPC endpoint policy transitively through| in) an? (?<policy>service control policy|resource control policy)`,
    ),
    means:
      'A {policy} of the AWS organization explicitly denies {action} to {identity}. An explicit deny overrides every Allow.',
    remedy:
      'Ask the administrators of the AWS organization to exempt this role or user from the statement with the Deny:\n"Condition": { "ArnNotLike": { "aws:PrincipalArn": "{identity}" } }',
  },
  {
    id: 'denied-by-session-policy',
    areas: ['ecr', 'credentials', 'pod-identity'],
    pattern: new RegExp(`${EXPLICIT_DENY} in a sessions? policy`),
    means:
      'A session policy explicitly denies {action}. It was set when the credentials of {principal} were requested, and applies to this session alone.',
    remedy:
      'Change the session policy where the credentials are requested: input inline-session-policy or managed-session-policies of aws-actions/configure-aws-credentials, or the tool that assumes the role.',
  },
  {
    id: 'denied-by-permissions-boundary',
    areas: ['ecr', 'credentials', 'pod-identity'],
    pattern: new RegExp(`${EXPLICIT_DENY} in a permissions boundary`),
    means:
      'The permissions boundary of {identity} explicitly denies {action}. An explicit deny overrides every Allow.',
    remedy:
      'Ask the IAM administrators of the account to change the permissions boundary. To see which policy it is:\naws iam get-role --role-name {role} --query Role.PermissionsBoundary',
  },
  {
    id: 'denied-by-vpc-endpoint',
    areas: ['ecr', 'credentials', 'pod-identity'],
    pattern: new RegExp(`${EXPLICIT_DENY} in a VPC endpoint policy`),
    means:
      'The policy of the VPC endpoint that the call went through explicitly denies {action} to {identity}. An explicit deny overrides every Allow.',
    remedy:
      'Ask the administrators of the VPC to change the policy of the endpoint:\naws ec2 describe-vpc-endpoints --region {region} --query "VpcEndpoints[].[ServiceName,VpcEndpointId,PolicyDocument]"',
  },
  {
    id: 'denied-by-resource-policy',
    areas: ['ecr', 'credentials', 'pod-identity'],
    pattern: new RegExp(`${EXPLICIT_DENY} in (?:a resource-based policy|the role trust policy)`),
    means:
      'The policy of the resource, for a role its trust policy, explicitly denies {action} to {identity}. An explicit deny overrides every Allow.',
    remedy:
      'Ask the owner of the resource to remove the Deny for this role or user from its policy: {identity}',
  },
  {
    id: 'denied-by-identity-policy',
    areas: ['ecr', 'credentials', 'pod-identity'],
    pattern: new RegExp(`${EXPLICIT_DENY} in an identity-based policy`),
    means:
      'A policy that is attached to {identity} explicitly denies {action}. An explicit deny overrides every Allow.',
    remedy:
      'Ask the owner of the role to remove the Deny. To find the policy:\naws iam list-attached-role-policies --role-name {role}\naws iam list-role-policies --role-name {role}',
  },
  {
    id: 'explicit-deny',
    areas: ['ecr', 'credentials', 'pod-identity'],
    pattern: new RegExp(EXPLICIT_DENY),
    means:
      'A policy explicitly denies {action} to {identity}, and AWS does not say of which kind it is. An explicit deny overrides every Allow.',
    remedy:
      'Look for a Deny in the policies of {identity}, its permissions boundary, the session policy, the policy of a VPC endpoint, and the service control and resource control policies of the AWS organization.',
  },
  {
    id: 'not-allowed-by-limit',
    areas: ['ecr', 'credentials', 'pod-identity'],
    pattern: new RegExp(
      `${NOT_ALLOWED} (?<policy>service control policy|resource control policy|permissions boundary|sessions? policy) allows`,
    ),
    means:
      'No {policy} allows {action}. What the policies of {identity} allow is effective only where the {policy} allows it too.',
    remedy: `Ask the administrators of the AWS organization (service control or resource control policy), those of IAM (permissions boundary), or whoever requests the credentials (session policy) to add:\n${ALLOW_ACTION}`,
  },
];

export const ACCESS_DENIED: readonly KnownError[] = [
  ...LIMITS,
  {
    id: 'not-allowed-by-vpc-endpoint',
    areas: ['ecr', 'credentials', 'pod-identity'],
    pattern: new RegExp(`${NOT_ALLOWED} VPC endpoint policy allows`),
    means: 'The policy of the VPC endpoint that the call went through does not allow {action} to {identity}.',
    remedy:
      'Add to the policy of that endpoint (com.amazonaws.{region}.ecr.api for Amazon ECR, com.amazonaws.{region}.sts for AWS STS, com.amazonaws.{region}.eks-auth for EKS Auth):\n{ "Effect": "Allow", "Principal": { "AWS": "{identity}" }, "Action": "{action}", "Resource": "*" }',
  },
  {
    id: 'ecr-public-denied',
    areas: ['ecr'],
    pattern: new RegExp(denied('ecr-public:GetAuthorizationToken|sts:GetServiceBearerToken')),
    means: 'The policies of {identity} do not allow {action}. ECR Public needs two actions.',
    remedy:
      'Add to the policies of {identity}:\n{ "Effect": "Allow", "Action": ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"], "Resource": "*" }',
  },
  {
    id: 'ecr-denied',
    areas: ['ecr'],
    pattern: new RegExp(denied(String.raw`ecr:\w+`)),
    means: 'The policies of {identity} do not allow {action}.',
    remedy: `Add to the policies of {identity}:\n${ALLOW_ACTION}\nPull and push need the actions of AmazonEC2ContainerRegistryPowerUser as well.`,
  },
  {
    id: 'tag-session-denied',
    areas: ['credentials'],
    pattern: new RegExp(`${denied('sts:TagSession')} on resource: (?<role>\\S+)`),
    means:
      'The session of {identity} has session tags, as EKS Pod Identity sets them, and passes them on to {role}. That needs sts:TagSession in the policies of the one and in the trust policy of the other.',
    remedy:
      'Add to the policies of {identity}:\n{ "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "{role}" }\nand to the trust policy of {role}:\n{ "Effect": "Allow", "Principal": { "AWS": "{identity}" }, "Action": ["sts:AssumeRole", "sts:TagSession"] }',
  },
  {
    id: 'assume-role-untrusted',
    areas: ['credentials'],
    pattern: new RegExp(`${denied('sts:AssumeRole')}${ON_ROLE} because no role trust policy allows`),
    means:
      'The trust policy of the role to assume (role_arn of the profile) does not allow {identity}, or has a condition that does not match, such as an external ID.',
    remedy: `Compare the trust policy of the role, and keep the conditions that it has. It needs this statement:\n{ "Effect": "Allow", "Principal": { "AWS": "{identity}" }, "Action": "sts:AssumeRole" }\n${SESSION_TAGS}`,
  },
  {
    id: 'assume-role-denied',
    areas: ['credentials'],
    pattern: new RegExp(`${denied('sts:AssumeRole')}${ON_ROLE}`),
    means:
      '{identity} may not assume {role}: its own policies do not allow it, or the trust policy of the role does not.',
    remedy: `Add to the policies of {identity}:\n{ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "{role}" }\nand to the trust policy of {role}:\n{ "Effect": "Allow", "Principal": { "AWS": "{identity}" }, "Action": "sts:AssumeRole" }\n${SESSION_TAGS}`,
  },
];
