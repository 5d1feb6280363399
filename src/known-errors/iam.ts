import type { KnownError } from './known-error.ts';

// What IAM denies. Principal, action and resource are filled in from the message by `explain`.

export const IAM: readonly KnownError[] = [
  {
    id: 'explicit-deny',
    pattern: /with an explicit deny/,
    cause: `A policy explicitly denies <action> to <principal>. An explicit deny overrides every Allow. Most messages name the kind of policy.`,
    remedy: `Ask the owner of that policy to remove the Deny, or to exempt <principal> from it. Service control and resource control policies belong to the AWS organization, permissions boundaries to the IAM administrators, session policies to the step that assumes the role, endpoint policies to the VPC.`,
  },
  {
    id: 'not-allowed-by-limit',
    pattern:
      /because no (?<policy>service control policy|resource control policy|permissions boundary|sessions? policy|VPC endpoint policy) allows/,
    cause: `No <policy> allows <action>, so <principal> cannot use it, whatever its own policies allow.`,
    remedy: `Ask the owner of that policy to allow the action. In the policy of a VPC endpoint, the statement also needs "Principal": { "AWS": "<principal>" }.\n{ "Effect": "Allow", "Action": "<action>", "Resource": "*" }`,
  },
  {
    id: 'ecr-permission-missing',
    areas: ['ecr'],
    pattern: /is not authorized to perform: (?:ecr(?:-public)?:|sts:GetServiceBearerToken)/,
    cause: `The policies of <principal> do not allow <action>.`,
    remedy: `Add the statement for the registries that you use to the policies of <principal>. For pulls and pushes, attach AmazonEC2ContainerRegistryPowerUser as well.\nAmazon ECR: { "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*" }\nECR Public: { "Effect": "Allow", "Action": ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"], "Resource": "*" }`,
  },
  {
    id: 'role-not-assumable',
    areas: ['credentials'],
    pattern: /is not authorized to perform: sts:(?:AssumeRole|TagSession)\b/,
    cause: `<principal> cannot assume the role <resource>: its own policies or the trust policy of the role do not allow it, or a condition, such as an external ID, does not match.`,
    remedy: `Add the first statement to the policies of <principal>, and the second to the trust policy of the role. A session of EKS Pod Identity has tags, so it needs sts:TagSession.\n{ "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "<resource>" }\n{ "Effect": "Allow", "Principal": { "AWS": "<principal>" }, "Action": ["sts:AssumeRole", "sts:TagSession"] }`,
  },
];
