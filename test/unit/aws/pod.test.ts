import { rmSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { podFacts, readClaims } from '../../../src/aws/service-account-token.ts';
import { homeOf, jwt, output } from '../support.ts';

const SUB = 'system:serviceaccount:arc:build.bot';
const FULL = {
  sub: SUB,
  aud: ['a', 'b'],
  exp: 5,
  'kubernetes.io': { node: { name: 'ip-1.x' } },
};

const OWN = { namespace: 'arc', serviceAccount: 'build.bot' };
const NONE = { namespace: undefined, serviceAccount: undefined };

test.each([
  [FULL, { ...OWN, node: 'ip-1.x', expiresAt: 5, audiences: ['a', 'b'] }],
  [
    { ...FULL, aud: 'a', 'kubernetes.io': {} },
    { ...OWN, node: undefined, audiences: ['a'] },
  ],
  [{ ...FULL, sub: `${SUB}/x` }, NONE],
  [{ ...FULL, sub: `x${SUB}` }, NONE],
])('the claims of %j: %j', (claims, read) => {
  expect(readClaims(jwt(claims))).toMatchObject(read);
});

test.each(['', 'x', 'a.b.c', jwt(null)])('%j is no token with claims', (text) => {
  expect(readClaims(text)).toBeUndefined();
});

test.each([
  [{ KUBERNETES_SERVICE_HOST: '10', HOSTNAME: 'pod-1' }, 'pod-1'],
  [{ HOSTNAME: 'machine' }, undefined],
])('%j: the pod is %s, and the token of IRSA names its service account', async (env, pod) => {
  writeFileSync(homeOf('token'), jwt(FULL));
  const withToken = { ...env, AWS_WEB_IDENTITY_TOKEN_FILE: homeOf('token') };

  expect(await podFacts(undefined, withToken)).toEqual({ ...OWN, pod, node: 'ip-1.x' });
  expect((await podFacts(undefined, env)).serviceAccount).toBeUndefined();
});

test('the mounted Kubernetes token names the service account where there is no other', async () => {
  writeFileSync(homeOf('token'), jwt(FULL));
  expect(await podFacts(undefined, {}, homeOf('token'))).toMatchObject(OWN);

  rmSync(homeOf('token'));
  expect(await podFacts(undefined, {}, homeOf('token'))).toMatchObject(NONE);
  expect(output()).toBe('');
});
