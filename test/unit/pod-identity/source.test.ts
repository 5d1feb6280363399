import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { containerIdentity, containerSource, readToken } from '../../../src/pod-identity/source.ts';

const FULL = 'http://169.254.170.23/v1/credentials';
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'container-source-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the source', () => {
  test('is undefined if no variable is set', () => {
    expect(containerSource({ AWS_CONTAINER_CREDENTIALS_FULL_URI: '' })).toBeUndefined();
  });

  test('is the full URI, with its token', () => {
    const environment = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: FULL,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/token',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'text',
    };
    expect(containerSource(environment)).toEqual({
      variable: 'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      uri: FULL,
      tokenFile: '/token',
      token: 'text',
    });
  });

  test('is the relative URI if both are set', () => {
    const environment = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: FULL,
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1',
    };
    expect(containerSource(environment)).toMatchObject({
      variable: 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
      uri: 'http://169.254.170.2/v2/credentials/1',
    });
  });
});

describe('the token', () => {
  const source = { variable: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', uri: FULL, token: 'text' } as const;

  test('is read from its file at each use', async () => {
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'first');
    expect(await readToken({ ...source, tokenFile })).toBe('first');
    await writeFile(tokenFile, 'second');
    expect(await readToken({ ...source, tokenFile })).toBe('second');
  });

  test('is undefined if the file does not exist, and that of the environment without a file', async () => {
    expect(await readToken({ ...source, tokenFile: join(folder, 'none') })).toBeUndefined();
    expect(await readToken({ ...source, tokenFile: undefined })).toBe('text');
  });
});

describe('the name of an identity', () => {
  const claims = { namespace: 'arc-runners', serviceAccount: 'build', audiences: ['pods.eks.amazonaws.com'] };
  const from = (uri: string) =>
    ({
      variable: 'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      uri,
      token: undefined,
      tokenFile: undefined,
    }) as const;

  test.each([
    [FULL, claims, 'EKS Pod Identity, service account arc-runners/build'],
    ['http://[fd00:ec2::23]/v1/credentials', claims, 'EKS Pod Identity, service account arc-runners/build'],
    ['http://127.0.0.1:81/v1/credentials', claims, 'EKS Pod Identity, service account arc-runners/build'],
    [FULL, undefined, 'EKS Pod Identity'],
    [FULL, { audiences: [] }, 'EKS Pod Identity'],
    ['http://[fd00:ec2::23]/v1/credentials', undefined, 'EKS Pod Identity'],
    ['http://169.254.170.2/v2/1', undefined, 'the container credentials endpoint http://169.254.170.2/v2/1'],
    ['http://169.254.170.234/v1', undefined, 'the container credentials endpoint http://169.254.170.234/v1'],
    ['http://169.254.170.23', undefined, 'EKS Pod Identity'],
    [
      'https://example.com/http://169.254.170.23/',
      undefined,
      'the container credentials endpoint https://example.com/http://169.254.170.23/',
    ],
    ['https://example.com/', { audiences: ['x'] }, 'the container credentials endpoint https://example.com/'],
  ])('%s, %j: %s', (uri, itsClaims, name) => {
    expect(containerIdentity(from(uri), itsClaims)).toBe(name);
  });

  test('of a relative URI is not EKS Pod Identity, whatever its token', () => {
    const ecs = {
      ...from('http://169.254.170.2/v2'),
      variable: 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    } as const;
    expect(containerIdentity(ecs, claims)).toBe('the container credentials endpoint http://169.254.170.2/v2');
  });
});
