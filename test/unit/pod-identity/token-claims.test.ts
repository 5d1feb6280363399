import { describe, expect, test } from '@jest/globals';
import { readClaims } from '../../../src/pod-identity/token-claims.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (claims: unknown) => `${encode({ alg: 'RS256' })}.${encode(claims)}.c2lnbmF0dXJl`;

describe('readClaims', () => {
  test('reads the claims that EKS puts into a token', () => {
    const claims = {
      sub: 'system:serviceaccount:arc-runners:build',
      aud: ['pods.eks.amazonaws.com'],
      exp: 1_790_000_000,
    };
    expect(readClaims(`${token(claims)}\n`)).toEqual({
      namespace: 'arc-runners',
      serviceAccount: 'build',
      audiences: ['pods.eks.amazonaws.com'],
      expiresAt: new Date('2026-09-21T14:13:20Z'),
    });
  });

  test('the audience can be a single string', () => {
    expect(readClaims(token({ aud: 'sts.amazonaws.com' }))).toEqual({ audiences: ['sts.amazonaws.com'] });
  });

  test.each([
    ['no subject', {}],
    ['the subject of a user', { sub: 'alice' }],
    ['a subject with a name that Kubernetes does not have', { sub: 'system:serviceaccount:a:B; rm -rf /' }],
    ['a subject behind something else', { sub: 'x system:serviceaccount:arc-runners:build' }],
    ['a subject without a name', { sub: 'system:serviceaccount:arc-runners' }],
    ['an expiry that is not a number', { exp: 'tomorrow' }],
    ['an expiry that is the text of a number', { exp: '1790000000' }],
    ['an expiry beyond all dates', { exp: 1e300 }],
    ['audiences that are not strings', { aud: [1, null] }],
  ])('omits what it cannot use: %s', (_, claims) => {
    expect(readClaims(token(claims))).toEqual({ audiences: [] });
  });

  test('reads the latest date that there is', () => {
    expect(readClaims(token({ exp: 8.64e12 }))?.expiresAt).toEqual(new Date(8.64e15));
  });

  test.each([
    '',
    'not a token',
    'a.b',
    'a.!!.c',
    `${encode({})}.${encode('text')}.x`,
    'a.bnVsbA.c',
    'a.W10.c',
  ])('is undefined for what is not a token: %j', (text) => {
    expect(readClaims(text)).toBeUndefined();
  });
});
