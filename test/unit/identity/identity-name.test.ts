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
  folder = await mkdtemp(join(tmpdir(), 'signer-name-'));
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

describe('the name of who signs', () => {
  test.each<Row>([
    ['environment', 'pod', [], 'the keys in the environment'],
    ['profile', 'profile', ['CREDENTIALS_HTTP'], "the profile 'ci'"],
    ['container', 'pod', [], 'EKS Pod Identity, service account arc-runners/build'],
    ['default-chain', 'pod', ['CREDENTIALS_HTTP'], 'EKS Pod Identity, service account arc-runners/build'],
    ['default-chain', 'ecs', [], "the container's credentials from http://169.254.170.2/v2/1"],
    ['default-chain', 'nothing', ['CREDENTIALS_HTTP'], 'container credentials'],
    [
      'default-chain',
      'irsa',
      ['CREDENTIALS_STS_ASSUME_ROLE_WEB_ID', 'CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN'],
      `the role ${ROLE} by web identity (IRSA), service account arc-runners/build`,
    ],
    [
      'default-chain',
      'irsa without its token',
      ['CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN'],
      `the role ${ROLE} by web identity`,
    ],
    ['default-chain', 'profile', ['CREDENTIALS_PROFILE'], "the profile 'ci'"],
    ['default-chain', 'nothing', ['CREDENTIALS_PROFILE_SSO'], "the profile 'default'"],
    ['default-chain', 'nothing', ['CREDENTIALS_PROCESS'], "the profile 'default'"],
    ['default-chain', 'nothing', ['CREDENTIALS_ENV_VARS'], 'the keys in the environment'],
    ['default-chain', 'nothing', ['CREDENTIALS_NEW'], "the AWS SDK's default credentials"],
  ])('%s, %s, %j: %s', async (source, environment, marks, name) => {
    const $source = Object.fromEntries(marks.map((mark) => [mark, 'x']));
    expect(await nameIdentity(source, environments[environment](), { $source })).toEqual({
      name,
      isInstance: false,
    });
  });

  test('credentials without any mark are those of the instance metadata', async () => {
    expect(await nameIdentity('default-chain', {}, {})).toEqual({
      name: 'the role of this machine, from the instance metadata',
      isInstance: true,
    });
  });
});
