import { describe, expect, test } from '@jest/globals';
import { explainSymptom, explanationText } from '../../../src/errors/explain.ts';
import type { Area } from '../../../src/errors/failure.ts';

const SESSION = 'arn:aws:sts::123456789012:assumed-role/pod-role/eks-runners-arc-7f1c';
const ROLE = 'arn:aws:iam::123456789012:role/pod-role';
const TARGET = 'arn:aws:iam::444455556666:role/ecr-push';

function explained(end: string, action = 'ecr:GetAuthorizationToken', area: Area = 'ecr'): string {
  const what = `User: ${SESSION} is not authorized to perform: ${action} on resource: ${end}`;
  return explanationText(explainSymptom({ area, what, facts: { region: 'eu-west-1' } })).replace(what, '');
}

describe('an explicit deny', () => {
  test.each([
    ['a service control policy', 'A service control policy', 'the administrators of the AWS organization'],
    ['a resource control policy', 'A resource control policy', 'the administrators of the AWS organization'],
    ['a session policy', 'A session policy', 'where the credentials are requested'],
    ['a permissions boundary', 'The permissions boundary', 'the IAM administrators of the account'],
    ['a VPC endpoint policy', 'The policy of the VPC endpoint', 'the administrators of the VPC'],
    ['a resource-based policy', 'The policy of the resource', 'the owner of the resource'],
    ['the role trust policy', 'for a role its trust policy', 'the owner of the resource'],
    ['an identity-based policy', 'A policy that is attached to', 'the owner of the role'],
    ['', 'A policy explicitly denies', 'the service control and resource control policies'],
  ])('in %s: its kind and who can change it, and no statement that allows', (kind, means, who) => {
    for (const area of ['ecr', 'credentials', 'pod-identity'] as const) {
      const text = explained(`* with an explicit deny${kind === '' ? '' : ` in ${kind}`}`, undefined, area);
      for (const words of [means, who, 'ecr:GetAuthorizationToken']) expect(text).toContain(words);
      expect(text).not.toContain('"Allow"');
    }
  });

  test('names the role of the session, whose name changes', () => {
    const ends = [
      'in a service control policy',
      'in an identity-based policy',
      'in a permissions boundary',
      '',
    ];
    for (const end of ends) {
      expect(explained(`* with an explicit deny ${end}`)).toContain(ROLE);
      expect(explained(`* with an explicit deny ${end}`)).not.toContain(SESSION);
    }
    expect(explained('* with an explicit deny in an identity-based policy')).toContain(
      '--role-name pod-role\n',
    );
  });
});

describe('what no policy allows', () => {
  const STATEMENT = '{ "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*" }';

  test.each([
    'service control policy',
    'resource control policy',
    'permissions boundary',
    'session policy',
    'identity-based policy',
  ])('%s: the statement to add, for the role', (kind) => {
    const text = explained(`* because no ${kind} allows the ecr:GetAuthorizationToken action`);
    expect(text).toContain(STATEMENT);
    expect(text).toContain(ROLE);
    expect(text).not.toContain(SESSION);
    if (kind !== 'identity-based policy') expect(text).toContain(`No ${kind} allows`);
  });

  test('VPC endpoint policy: the statement, with the role as its principal', () => {
    const text = explained('* because no VPC endpoint policy allows the ecr:GetAuthorizationToken action');
    expect(text).toContain(
      `{ "Effect": "Allow", "Principal": { "AWS": "${ROLE}" }, "Action": "ecr:GetAuthorizationToken", "Resource": "*" }`,
    );
  });

  test('both actions of ECR Public', () => {
    const text = explained('*', 'sts:GetServiceBearerToken');
    expect(text).toContain('"Action": ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"]');
    expect(text).toContain(`the policies of ${ROLE}`);
  });
});

describe('a role that may not be assumed', () => {
  test.each([
    ['sts:AssumeRole', '"sts:AssumeRole"'],
    ['sts:TagSession', '["sts:AssumeRole", "sts:TagSession"]'],
  ])('%s: both statements, with the role of the session as principal', (action, actions) => {
    const text = explained(TARGET, action, 'credentials');
    expect(text).toContain(`{ "Effect": "Allow", "Action": ${actions}, "Resource": "${TARGET}" }`);
    expect(text).toContain(`{ "Effect": "Allow", "Principal": { "AWS": "${ROLE}" }, "Action": ${actions} }`);
    expect(text).not.toContain(SESSION);
  });
});
