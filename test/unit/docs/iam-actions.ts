/**
 * The actions that the examples may grant. Source: AWS's Service Authorization Reference, the pages on Amazon ECR, ECR
 * Public, STS and EKS Auth (https://docs.aws.amazon.com/service-authorization/latest/reference/).
 */
export const KNOWN_ACTIONS: ReadonlySet<string> = new Set([
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:GetAuthorizationToken',
  'ecr:GetDownloadUrlForLayer',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
  'ecr-public:BatchCheckLayerAvailability',
  'ecr-public:CompleteLayerUpload',
  'ecr-public:GetAuthorizationToken',
  'ecr-public:InitiateLayerUpload',
  'ecr-public:PutImage',
  'ecr-public:UploadLayerPart',
  'eks-auth:AssumeRoleForPodIdentity',
  'sts:AssumeRole',
  'sts:AssumeRoleWithWebIdentity',
  'sts:GetServiceBearerToken',
  'sts:TagSession',
]);

/** Actions that take no resource of their own: their statement must say `"Resource": "*"` (same source). */
export const WITHOUT_RESOURCE: ReadonlySet<string> = new Set([
  'ecr:GetAuthorizationToken',
  'ecr-public:GetAuthorizationToken',
  'sts:GetServiceBearerToken',
]);

export type Statement = {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
};
export type Policy = { readonly Version?: string; readonly Statement?: readonly Statement[] };

const STATEMENT_KEYS = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'];

/** What is wrong with an IAM policy, as far as can be told without an account. */
export function policyProblems(policy: Policy): string[] {
  const statements = policy.Statement ?? [];
  return [
    ...(policy.Version === '2012-10-17' ? [] : ['Version is not 2012-10-17']),
    ...(statements.length > 0 ? [] : ['no statement']),
    ...statements.flatMap((statement, index) =>
      statementProblems(statement).map((problem) => `statement ${index + 1}: ${problem}`),
    ),
  ];
}

function statementProblems(statement: Statement): string[] {
  const actions = [statement.Action ?? []].flat();
  const hasPrincipal = statement.Principal !== undefined;
  return [
    ...Object.keys(statement).flatMap((key) => (STATEMENT_KEYS.includes(key) ? [] : [`unknown key ${key}`])),
    ...(statement.Effect === 'Allow' ? [] : ['Effect is not Allow']),
    ...(/^[A-Za-z0-9]+$/.test(statement.Sid ?? '') ? [] : ['Sid is not letters and digits']),
    ...(actions.length > 0 ? [] : ['no action']),
    ...actions.flatMap((action) => (KNOWN_ACTIONS.has(action) ? [] : [`unknown action ${action}`])),
    ...(hasPrincipal !== (statement.Resource !== undefined)
      ? []
      : ['needs either a principal (trust and repository policies) or a resource']),
    ...actions.flatMap((action) =>
      WITHOUT_RESOURCE.has(action) && statement.Resource !== '*' ? [`${action} wants Resource "*"`] : [],
    ),
  ];
}
