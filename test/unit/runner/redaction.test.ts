import { describe, expect, test } from '@jest/globals';
import { redact } from '../../../src/runner/redaction.ts';

describe('redact', () => {
  const secret = 'wJalr/XUtn"FEMI+K7 MDENG';

  test.each([
    ['as it is', secret],
    ['in a URL', encodeURIComponent(secret)],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in base64', Buffer.from(secret).toString('base64')],
  ])('takes out a secret that is known, %s', (_, form) => {
    expect(redact(`before ${form} and ${form} after`, [secret])).toBe('before *** and *** after');
  });

  test('a secret with half a pair of characters is one, too', () => {
    expect(redact('before half-\ud800-of-a-pair after', ['half-\ud800-of-a-pair'])).toBe('before *** after');
  });

  test('eight characters are enough for a secret', () => {
    expect(redact('the word is 12345678 here', ['12345678'])).toBe('the word is *** here');
    expect(redact('the word is 1234567 here', ['1234567'])).toBe('the word is 1234567 here');
  });

  test('a text too short to be told from a word is left', () => {
    expect(redact('a login to the login', ['login'])).toBe('a login to the login');
  });

  test.each([
    ['a JSON Web Token', 'token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln is bad', 'token *** is bad'],
    ['one without a signature', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0', '***'],
    ['a login in a URL', 'via http://user:pass@proxy:3128/', 'via http://***@proxy:3128/'],
    ['a user in a URL', 'via http://token@proxy:3128/', 'via http://***@proxy:3128/'],
    ['a header', 'Authorization: Basic QVdTOnBhc3N3b3Jk', 'Authorization: Basic ***'],
    ['a header in JSON', '"authorization":"abcdefghij.k"', '"authorization":"***"'],
    [
      'an answer with credentials',
      '{"SecretAccessKey" : "abc","Token":"def"}',
      '{"SecretAccessKey" : "***","Token":"***"}',
    ],
    [
      'what node quotes of a broken answer',
      `Unexpected token 'w', ..."cessKey": wJalrXUtnF"... is not valid JSON`,
      'Unexpected token *** is not valid JSON',
    ],
    [
      'what node quotes of a short one',
      `SyntaxError: Unexpected token '"', "{"Token":""secret" is not valid JSON at x`,
      'SyntaxError: Unexpected token *** is not valid JSON at x',
    ],
    ['a long run of base64', `got ${'Ab1+/'.repeat(40)}==`, 'got ***'],
  ])('takes out what has the form of a secret: %s', (_, text, redacted) => {
    expect(redact(text)).toBe(redacted);
  });

  test.each([
    'https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app@sha256:0123',
    'User: arn:aws:sts::123456789012:assumed-role/runner-role-with-a-long-name/eks-arc-cluster-runner-abcde',
    'Basic authentication is not supported',
    'The security token included in the request is expired',
  ])('leaves what is none: %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});
