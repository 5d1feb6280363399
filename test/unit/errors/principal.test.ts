import { expect, test } from '@jest/globals';
import { principalFacts } from '../../../src/errors/principal.ts';

test.each([
  [
    'arn:aws:sts::123456789012:assumed-role/pod-role/eks-runners-arc-7f1c',
    { identity: 'arn:aws:iam::123456789012:role/pod-role', role: 'pod-role' },
  ],
  [
    'arn:aws-us-gov:sts::123456789012:assumed-role/a+b=c,d.e@f-g/i-0123456789abcdef0',
    { identity: 'arn:aws-us-gov:iam::123456789012:role/a+b=c,d.e@f-g', role: 'a+b=c,d.e@f-g' },
  ],
])('the policies of a role session %s are those of its role', (principal, facts) => {
  expect(principalFacts(principal)).toEqual(facts);
});

test.each([
  'arn:aws:iam::123456789012:user/ci',
  'arn:aws:iam::123456789012:root',
  'arn:aws:sts::123456789012:federated-user/ci',
  'arn:aws:sts::1234567890123:assumed-role/pod-role/session',
  'arn:aws:sts::123456789012:assumed-role/pod-role',
  'xarn:aws:sts::123456789012:assumed-role/pod-role/session',
  'arn:aws:sts::123456789012:assumed-role/pod-role/session/x',
  'nobody',
])('%s stays as it is', (principal) => {
  expect(principalFacts(principal)).toEqual({ identity: principal });
});
