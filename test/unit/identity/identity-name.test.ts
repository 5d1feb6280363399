import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CredentialSource } from '../../../src/identity/credential-order.ts';
import { nameIdentity, type Provider } from '../../../src/identity/identity-name.ts';
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

type Row = readonly [CredentialSource, keyof typeof environments, string[], Provider, string];

describe('the name of the credentials', () => {
  test.each<Row>([
    ['environment', 'pod', [], 'environment', 'the environment'],
    ['profile', 'profile', ['CREDENTIALS_HTTP'], 'profile', "profile 'ci'"],
    ['container', 'pod', [], 'container', 'EKS Pod Identity, service account arc-runners/build'],
    [
      'default-chain',
      'pod',
      ['CREDENTIALS_HTTP'],
      'container',
      'EKS Pod Identity, service account arc-runners/build',
    ],
    ['default-chain', 'ecs', [], 'container', 'the container credentials endpoint http://169.254.170.2/v2/1'],
    ['default-chain', 'nothing', ['CREDENTIALS_HTTP'], 'container', "the container's credentials endpoint"],
    [
      'default-chain',
      'irsa',
      ['CREDENTIALS_STS_ASSUME_ROLE_WEB_ID', 'CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN'],
      'web-identity',
      `web identity, role ${ROLE} (IRSA), service account arc-runners/build`,
    ],
    [
      'default-chain',
      'irsa without its token',
      ['CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN'],
      'web-identity',
      `web identity, role ${ROLE}`,
    ],
    ['default-chain', 'profile', ['CREDENTIALS_PROFILE'], 'profile', "profile 'ci'"],
    [
      'default-chain',
      'irsa',
      ['CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN', 'CREDENTIALS_PROFILE_STS_WEB_ID_TOKEN'],
      'profile',
      "profile 'default'",
    ],
    ['default-chain', 'nothing', ['CREDENTIALS_PROFILE_SSO'], 'profile', "profile 'default'"],
    ['default-chain', 'nothing', ['CREDENTIALS_PROCESS'], 'profile', "profile 'default'"],
    ['default-chain', 'nothing', ['CREDENTIALS_ENV_VARS'], 'environment', 'the environment'],
    ['default-chain', 'nothing', ['CREDENTIALS_NEW'], 'other', "the AWS SDK's default chain"],
    // Those of the instance metadata have no mark.
    ['default-chain', 'nothing', [], 'instance', 'the instance metadata: the IAM role of this machine'],
  ])('%s, %s, %j: %s, %s', async (source, environment, marks, provider, name) => {
    const $source = Object.fromEntries(marks.map((mark) => [mark, 'x']));
    const credentials = marks.length === 0 ? {} : { $source };
    expect(await nameIdentity(source, environments[environment](), credentials)).toEqual({ name, provider });
  });
});
