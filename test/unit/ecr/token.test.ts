import { describe, expect, test } from '@jest/globals';
import { nameOfCall, readToken, registryHost } from '../../../src/ecr/token.ts';

import { planCalls } from '../../../src/registry/calls.ts';
import { parseRegistries } from '../../../src/registry/entry.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('readToken', () => {
  test('the password is all that follows the first colon', () => {
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
  ])('%s: says so', (_, token) => {
    expect(() => readToken('host', token)).toThrow(
      'The response for registry host has no authorization token.',
    );
  });

  test.each([
    ['no colon', base64('hunter2')],
    ['no user', base64(':hunter2')],
    ['no password', base64('AWS:')],
    ['an option for a user', base64('--help:hunter2')],
    ['a password of two lines', base64('AWS:hunter2\nhunter3')],
    ['no base64 at all', '%%%'],
  ])('%s: says so, without the token', (_, token) => {
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
  ])('%s is %s', (endpoint, host) => {
    expect(registryHost(endpoint)).toBe(host);
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
  ])('%j is refused', (endpoint) => {
    expect(() => registryHost(endpoint)).toThrow(
      'The response of Amazon ECR names a registry that is not a host',
    );
  });
});

describe('nameOfCall', () => {
  test.each([
    ['', 'Amazon ECR in eu-west-1'],
    ['123456789012,210987654321', 'Amazon ECR in eu-west-1 for 123456789012, 210987654321'],
    [
      '123456789012.dkr.ecr.us-east-1.amazonaws.com/app',
      'Amazon ECR in us-east-1 for 123456789012.dkr.ecr.us-east-1.amazonaws.com',
    ],
    ['public.ecr.aws/alias', 'Amazon ECR Public for public.ecr.aws'],
  ])('for %j', (registries, name) => {
    const [call] = planCalls(parseRegistries(registries).entries, 'eu-west-1');
    expect(call && nameOfCall(call)).toBe(name);
  });
});
