import type { ErrorSamples } from './sample.ts';

const SESSION = 'arn:aws:sts::123456789012:assumed-role/pod-role/eks-runners-arc-7f1c';
const TOKEN = `AccessDeniedException: User: ${SESSION} is not authorized to perform: ecr:GetAuthorizationToken on resource: *`;
const ASSUME = `AccessDenied: User: ${SESSION} is not authorized to perform`;
const TARGET = 'arn:aws:iam::444455556666:role/ecr-push';

/** The messages of the IAM User Guide (troubleshoot_access-denied), with the actions of a login. */
export const ACCESS_DENIED_SAMPLES: ErrorSamples = {
  'denied-by-organization': [
    `${TOKEN} with an explicit deny in a service control policy`,
    `${TOKEN} with an explicit deny in a resource control policy`,
    `${TOKEN} with an explicit deny in a VPC endpoint policy transitively through a service control policy`,
    `${ASSUME}: sts:AssumeRole on resource: ${TARGET} with an explicit deny in a service control policy`,
  ],
  'denied-by-session-policy': [
    `${TOKEN} with an explicit deny in a session policy`,
    `${TOKEN} with an explicit deny in a sessions policy`,
  ],
  'denied-by-permissions-boundary': [
    `${TOKEN} with an explicit deny in a permissions boundary`,
    `${TOKEN} with an explicit deny in a permissions boundary: arn:aws:iam::123456789012:policy/boundary`,
  ],
  'denied-by-vpc-endpoint': [`${TOKEN} with an explicit deny in a VPC endpoint policy`],
  'denied-by-resource-policy': [
    `${ASSUME}: sts:AssumeRole on resource: ${TARGET} with an explicit deny in the role trust policy`,
    `${ASSUME}: sts:AssumeRole on resource: ${TARGET} with an explicit deny in a resource-based policy`,
  ],
  'denied-by-identity-policy': [`${TOKEN} with an explicit deny in an identity-based policy`],
  'explicit-deny': [`${TOKEN} with an explicit deny`],
  'not-allowed-by-limit': [
    `${TOKEN} because no service control policy allows the ecr:GetAuthorizationToken action`,
    `${TOKEN} because no permissions boundary allows the ecr:GetAuthorizationToken action`,
    `${TOKEN} because no session policy allows the ecr:GetAuthorizationToken action`,
  ],
  'not-allowed-by-vpc-endpoint': [
    `${TOKEN} because no VPC endpoint policy allows the ecr:GetAuthorizationToken action`,
    `${ASSUME}: sts:AssumeRole on resource: ${TARGET} because no VPC endpoint policy allows the sts:AssumeRole action`,
  ],
  'ecr-public-denied': [
    `AccessDeniedException: User: ${SESSION} is not authorized to perform: ecr-public:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr-public:GetAuthorizationToken action`,
    `AccessDeniedException: User: ${SESSION} is not authorized to perform: sts:GetServiceBearerToken on resource: * because no identity-based policy allows the sts:GetServiceBearerToken action`,
  ],
  'ecr-denied': [
    `${TOKEN} because no identity-based policy allows the ecr:GetAuthorizationToken action`,
    TOKEN,
  ],
  'tag-session-denied': [`${ASSUME}: sts:TagSession on resource: ${TARGET}`],
  'assume-role-untrusted': [
    `${ASSUME}: sts:AssumeRole because no role trust policy allows the sts:AssumeRole action`,
  ],
  'assume-role-denied': [
    `${ASSUME}: sts:AssumeRole on resource: ${TARGET}`,
    `${ASSUME}: sts:AssumeRole on resource: ${TARGET} because no identity-based policy allows the sts:AssumeRole action`,
  ],
};
