import { describe, expect, test } from '@jest/globals';
import { expiry, readToken, registryHost } from '../../../src/ecr/response.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('readToken', () => {
  test('the password is everything behind the first colon', () => {
    const token = base64('AWS:one:two:three');
    expect(readToken('host', token)).toEqual({
      username: 'AWS',
      password: 'one:two:three',
      token,
    });
  });

  test.each([
    ['missing', undefined],
    ['empty', ''],
  ])('%s: an error', (_, token) => {
    expect(() => readToken('host', token)).toThrow(
      'The response for registry host has no authorization token.',
    );
  });

  test.each([
    ['no colon', base64('hunter2')],
    ['no user', base64(':hunter2')],
    ['no password', base64('AWS:')],
    ['an option for a user', base64('--help:hunter2')],
    ['a password of two words', base64('AWS:hunter2 hunter3')],
    ['a password of two lines', base64('AWS:hunter2\nhunter3')],
    ['no base64 at all', '%%%'],
  ])('%s: an error without the token', (_, token) => {
    const read = () => readToken('host', token);
    expect(read).toThrow("The authorization token for registry host is not base64 of 'user:password'.");
    expect(read).not.toThrow('hunter2');
  });
});

describe('registryHost', () => {
  test.each([
    ['https://123456789012.dkr.ecr.eu-west-1.amazonaws.com', '123456789012.dkr.ecr.eu-west-1.amazonaws.com'],
    ['https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/', '123456789012.dkr.ecr.eu-west-1.amazonaws.com'],
    ['http://127.0.0.1:5000', '127.0.0.1:5000'],
    ['localhost', 'localhost'],
    ['https://a', 'a'],
  ])('%s is %s', (endpoint, host) => {
    expect(registryHost(endpoint, true)).toBe(host);
  });

  test.each([
    undefined,
    '',
    'https://',
    '--config=/tmp',
    'host name',
    'host/path',
    'host\n::add-path::x',
    'user@host',
    'a:b',
    '-a',
    'ahttps://b',
  ])('%j is refused', (endpoint) => {
    expect(() => registryHost(endpoint, true)).toThrow(
      'The response of Amazon ECR names a registry that is not a host',
    );
  });
});

test('no registry at all is explained as a failure of Amazon ECR', () => {
  const read = () => registryHost(undefined, true);
  expect(read).toThrow("The response of Amazon ECR names a registry that is not a host: ''.");
  expect(read).toThrow(
    expect.objectContaining({
      symptom: expect.objectContaining({ area: 'ecr', facts: { service: 'Amazon ECR' } }),
    }),
  );
});

describe('a registry that is not one of Amazon ECR', () => {
  test.each([
    'https://ghcr.io',
    'https://public.ecr.aws',
    'https://127.0.0.1:5000',
    'https://123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example',
    'https://123456789012.dkr.ecr.eu-west-1.amazonaws.com:8443',
    'https://1234567890123.dkr.ecr.eu-west-1.amazonaws.com',
  ])('%s is accepted only at a custom endpoint', (endpoint) => {
    const host = endpoint.replace('https://', '');
    expect(registryHost(endpoint, true)).toBe(host);
    expect(() => registryHost(endpoint, false)).toThrow(
      `The response of Amazon ECR names '${host}', which is not a registry of Amazon ECR.`,
    );
  });

  test.each([
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    '123456789012.dkr-ecr-fips.us-west-2.on.aws',
    '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
  ])('%s is one', (host) => {
    expect(registryHost(`https://${host}`, false)).toBe(host);
  });
});

test('an invalid time is left out', () => {
  const expiresAt = new Date(1);
  expect(expiry(expiresAt)).toEqual({ expiresAt });
  expect([expiry(undefined), expiry(new Date(Number.NaN))]).toEqual([{}, {}]);
});
