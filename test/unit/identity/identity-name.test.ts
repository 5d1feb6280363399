import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CredentialSource } from '../../../src/identity/credential-order.ts';
import { nameIdentity } from '../../../src/identity/identity-name.ts';
import { makeServiceAccountToken } from '../../harness/service-account-token.ts';

let folder = '';
let token = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-name-'));
  token = join(folder, 'token');
  await writeFile(token, makeServiceAccountToken());
});
afterAll(() => rm(folder, { recursive: true }));

const ROLE = 'arn:aws:iam::123456789012:role/irsa';
const AGENT = 'http://169.254.170.23/v1/credentials';

/** The environment of the cases; `token` is only known when they run. */
const environments = {
  nothing: () => ({}),
  profile: () => ({ AWS_PROFILE: 'ci' }),
  pod: () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: AGENT, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token }),
  ecs: () => ({ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/1' }),
  irsa: () => ({ AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: token }),
  'irsa without its token': () => ({ AWS_ROLE_ARN: ROLE }),
};

type Row = readonly [CredentialSource, keyof typeof environments, string[], string];

describe('the name of the credentials', () => {
  test.each<Row>([
    ['environment', 'pod', [], 'the environment'],
    ['profile', 'profile', ['CREDENTIALS_HTTP'], "profile 'ci'"],
    ['container', 'pod', [], 'EKS Pod Identity, service account arc-runners/build'],
    ['default-chain', 'pod', ['CREDENTIALS_HTTP'], 'EKS Pod Identity, service account arc-runners/build'],
    ['default-chain', 'ecs', [], 'the container credentials endpoint http://169.254.170.2/v2/1'],
    ['default-chain', 'nothing', ['CREDENTIALS_HTTP'], "the container's credentials endpoint"],
    [
      'default-chain',
      'irsa',
      ['CREDENTIALS_STS_ASSUME_ROLE_WEB_ID', 'CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN'],
      `web identity, role ${ROLE} (IRSA), service account arc-runners/build`,
    ],
    [
      'default-chain',
      'irsa without its token',
      ['CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN'],
      `web identity, role ${ROLE}`,
    ],
    ['default-chain', 'profile', ['CREDENTIALS_PROFILE'], "profile 'ci'"],
    ['default-chain', 'nothing', ['CREDENTIALS_PROFILE_SSO'], "profile 'default'"],
    ['default-chain', 'nothing', ['CREDENTIALS_PROCESS'], "profile 'default'"],
    ['default-chain', 'nothing', ['CREDENTIALS_ENV_VARS'], 'the environment'],
    ['default-chain', 'nothing', ['CREDENTIALS_NEW'], "the AWS SDK's default chain"],
  ])('%s, %s, %j: %s', async (source, environment, marks, name) => {
    const $source = Object.fromEntries(marks.map((mark) => [mark, 'x']));
    expect(await nameIdentity(source, environments[environment](), { $source })).toEqual({
      name,
      isInstance: false,
    });
  });

  test('credentials without any mark are those of the instance metadata', async () => {
    expect(await nameIdentity('default-chain', {}, {})).toEqual({
      name: 'the instance metadata: the IAM role of this machine',
      isInstance: true,
    });
  });
});
