import type { KnownError } from './known-error.ts';

/**
 * What was denied to whom.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
const DENIED_CALL =
  /User: (?<principal>\S{1,300}) is not authorized to perform: (?<action>[\w-]{1,60}:\w{1,90})(?: on resource: (?<resource>\S{1,300}))?/;

/** The policies that limit what other ones allow. */
const LIMIT =
  /because no (?<policy>(?:service|resource) control policy|permissions boundary|sessions? policy|VPC endpoint policy) allows/;

const ROLE_SESSION = /^arn:([\w-]+):sts::(\d+):assumed-role\/([\w+=,.@-]+)\/[\w+=,.@-]+$/;

/**
 * What a message of IAM says, by the names of the placeholders. The principal is one that policies
 * can name: the role. The name of its session changes with each pod and each job.
 */
export function deniedCall(message: string) {
  const call = DENIED_CALL.exec(message)?.groups;
  const principal = call?.['principal']?.replace(ROLE_SESSION, 'arn:$1:iam::$2:role/$3');

  return { ...call, ...LIMIT.exec(message)?.groups, principal };
}

/** What IAM denies. The placeholders are filled in from its message. */
export const IAM: KnownError[] = [
  {
    id: 'explicit-deny',
    patterns: [/with an explicit deny/],

    cause: `A policy explicitly denies <action> to <principal>, which overrides every Allow.`,
    remedy: `Ask the owner of that policy to exempt <principal>. Service control and resource
      control policies belong to the AWS organization, endpoint policies to the VPC.`,
  },

  {
    id: 'not-allowed-by-limit',
    patterns: [LIMIT],

    cause: `No <policy> allows <action>, whatever the policies of <principal> allow.`,
    remedy: `Ask the owner of that policy to allow the action. A VPC endpoint policy also needs
      "Principal": { "AWS": "<principal>" }.`,
    commands: ['{ "Effect": "Allow", "Action": "<action>", "Resource": "*" }'],
  },

  {
    id: 'ecr-permission-missing',
    areas: ['ecr'],
    patterns: [/is not authorized to perform: (?:ecr(?:-public)?:|sts:GetServiceBearerToken)/],

    cause: `The policies of <principal> do not allow <action>.`,
    remedy: `Add the statement for the registries that you use. For pulls and pushes, also
      attach AmazonEC2ContainerRegistryPowerUser.`,
    commands: [
      'Amazon ECR: { "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*" }',
      `ECR Public: { "Effect": "Allow", "Action": ["ecr-public:GetAuthorizationToken",
        "sts:GetServiceBearerToken"], "Resource": "*" }`,
    ],
  },

  {
    id: 'role-not-assumable',
    areas: ['credentials'],
    patterns: [/is not authorized to perform: sts:(?:AssumeRole|TagSession)\b/],

    cause: `<principal> cannot assume the role <resource>: its own policies or the trust policy
      of the role do not allow it, or a condition, such as an external ID, does not match.`,
    remedy: `Add the first statement to the policies of <principal>, and the second to the
      trust policy of the role.`,
    commands: [
      `{ "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Resource": "<resource>" }`,
      `{ "Effect": "Allow", "Principal": { "AWS": "<principal>" },
        "Action": ["sts:AssumeRole", "sts:TagSession"] }`,
    ],
  },
];
