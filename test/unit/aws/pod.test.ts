import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { podFacts, readClaims } from '../../../src/aws/pod.ts';
import { homeOf, jwt, variablesOf } from '../support.ts';

const SUB = 'system:serviceaccount:arc:build.bot';
const FULL = { sub: SUB, aud: ['a', 'b'], exp: 5, 'kubernetes.io': { node: { name: 'ip-1.x' } } };
const READ = { namespace: 'arc', serviceAccount: 'build.bot', node: 'ip-1.x', expiresAt: 5 };
const NONE = { namespace: undefined, serviceAccount: undefined, audiences: ['a', 'b'] };

test.each([
  [jwt(FULL), { ...READ, audiences: ['a', 'b'] }],
  [jwt({ ...FULL, aud: 'a', 'kubernetes.io': {} }), { ...READ, audiences: ['a'], node: undefined }],
  [jwt({ ...FULL, sub: `${SUB}/x` }), NONE],
  [jwt({ ...FULL, sub: `x${SUB}` }), NONE],
  ...['', 'x', 'a.b.c', jwt(null)].map((text) => [text, undefined] as const),
])('the claims of %j: %j', (token, claims) => {
  if (claims === undefined) expect(readClaims(token)).toBeUndefined();
  else expect(readClaims(token)).toMatchObject(claims);
});

test.each([
  ['KUBERNETES_SERVICE_HOST=10 HOSTNAME=pod-1', 'pod-1'],
  ['HOSTNAME=machine', undefined],
])('%s: the pod is %s, and the token of IRSA names its service account', async (variables, pod) => {
  writeFileSync(homeOf('token'), jwt(FULL));
  const env = { ...variablesOf(variables), AWS_WEB_IDENTITY_TOKEN_FILE: homeOf('token') };
  expect(await podFacts(env)).toEqual({ pod, namespace: 'arc', serviceAccount: 'build.bot' });
  expect((await podFacts(variablesOf(variables))).serviceAccount).toBeUndefined();
});
