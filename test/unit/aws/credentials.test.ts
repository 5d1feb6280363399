import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import {
  type CredentialSource,
  type CredentialSourceChoice,
  choiceWarning,
  chooseCredentials,
} from '../../../src/aws/credential-choice.ts';
import { getCredentials } from '../../../src/aws/credentials.ts';
import { readProfiles } from '../../../src/aws/profiles.ts';
import { type ChainSource, warnOfSkipped } from '../../../src/aws/sdk-credentials.ts';
import * as log from '../../../src/runner/log.ts';
import { homeOf, masks, NETWORK, NEVER, output, thrownBy } from '../support.ts';

type Env = Record<string, string>;

const PROFILES = `
[default]
region = x
[profile keys]
aws_access_key_id = AKIAPROFILE
aws_secret_access_key = secret-of-profile
aws_session_token = session-of-profile
[profile region]
region = eu-west-1
role_session_name = ci
[profile process]
credential_process = false
`;

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'secret-of-env' };
const URI = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9' };
const IRSA = { AWS_ROLE_ARN: 'arn:aws:iam::1:role/irsa', AWS_WEB_IDENTITY_TOKEN_FILE: '/t' };

/** Writes the profiles and sets the variables. */
function prepare(env: Env) {
  writeFileSync(homeOf('config'), PROFILES);

  Object.assign(process.env, env, {
    AWS_CONFIG_FILE: homeOf('config'),
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'for-the-agent',
  });
}

function get(choice: CredentialSourceChoice, env: Env) {
  prepare(env);

  return getCredentials({
    choice,
    region: 'eu-west-1',
    network: NETWORK,
    agentAttempts: 1,
    budgetMs: 55_000,
    signal: NEVER,
  });
}

test.each<[Env, CredentialSource, CredentialSourceChoice?]>([
  [{ ...KEYS, ...URI, AWS_PROFILE: 'keys' }, 'environment'],
  [{ ...URI, AWS_ACCESS_KEY_ID: 'a', AWS_PROFILE: 'keys' }, 'profile'],
  [{ ...IRSA, AWS_SECRET_ACCESS_KEY: 'a', AWS_PROFILE: 'process' }, 'profile'],
  [{ ...URI, AWS_PROFILE: 'constructor' }, 'profile'],
  [{ ...URI, ...IRSA, AWS_PROFILE: 'region' }, 'container'],
  [{ ...IRSA, AWS_PROFILE: 'region' }, 'default-chain'],
  [{ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2' }, 'default-chain'],
  [{ ...KEYS, AWS_PROFILE: 'keys' }, 'container', 'container'],
])('%j: the credentials of the %s', async (env, source, choice = 'auto') => {
  prepare(env);
  const profiles = await readProfiles();

  expect(chooseCredentials(choice, process.env, profiles).source).toBe(source);
});

test.each<[CredentialSource, Env]>([
  ['environment', KEYS],
  ['default-chain', KEYS],
  ['container', { AWS_PROFILE: 'ci' }],
])('the choice of the %s gets no warning with %j', (source, env) => {
  expect(choiceWarning(source, env)).toBeUndefined();
});

const NO_FILE = 'AWS_ROLE_ARN is set without AWS_WEB_IDENTITY_TOKEN_FILE';
const NO_ROLE = 'AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN';

test.each<[Env, used: ChainSource | undefined, problems: string[]]>([
  [{ AWS_PROFILE: 'gone' }, 'profile', []],
  [{ AWS_PROFILE: 'keys' }, 'web-identity', ["profile 'keys'"]],
  [{ AWS_PROFILE: 'keys' }, 'environment', []],
  [{ ...IRSA, AWS_PROFILE: 'region' }, 'instance', []],
  [{}, 'instance', []],
  [{ AWS_WEB_IDENTITY_TOKEN_FILE: '/t' }, 'container', [NO_ROLE]],
  [{ AWS_PROFILE: 'gone', AWS_ROLE_ARN: 'r' }, undefined, ["profile 'gone'", NO_FILE]],
])('%j: passed over before %s: %j', async (env, used, problems) => {
  prepare(env);
  warnOfSkipped(await readProfiles(), used);

  const lines = output().split('\n').slice(0, -1);
  expect(lines).toEqual(problems.map((one) => expect.stringContaining(one)));
});

const SHORT_SECRETS = {
  AWS_ACCESS_KEY_ID: 'AKIAENV',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_SESSION_TOKEN: '1234567',
};
const OF_PROFILE = ['secret-of-profile', 'session-of-profile'];

test.each<[CredentialSourceChoice, Env, keyId: string, name: string, secrets: string[]]>([
  ['auto', { ...KEYS, AWS_PROFILE: 'gone' }, 'AKIAENV', 'the environment', ['secret-of-env']],
  ['auto', { AWS_PROFILE: 'keys' }, 'AKIAPROFILE', "profile 'keys'", OF_PROFILE],
  ['auto', SHORT_SECRETS, 'AKIAENV', 'the environment', []],
  ['default-chain', { AWS_PROFILE: 'keys' }, 'AKIAPROFILE', "profile 'keys'", OF_PROFILE],
])(
  '%s, %j: the key %s of %s, whose secrets are masked: %j',
  async (choice, env, keyId, name, secrets) => {
    const { credentials } = await get(choice, env);

    expect(credentials.accessKeyId).toBe(keyId);
    expect(output()).toContain(`Using credentials from ${name} (`);
    expect(masks()).toEqual(secrets);

    // A profile that is not used has secrets, too.
    expect(log.singleLine('secret-of-profile session-of-profile')).toBe('*** ***');
  },
);

const NO_URI = /CREDENTIALS_FULL_URI is not set/;

/** Without a known error, the situation has the source, and what runs the step. */
test.each<[CredentialSourceChoice, Env, message: RegExp, string | undefined, string?]>([
  ['auto', { AWS_PROFILE: 'gone' }, /profile 'gone'/, undefined, 'profile other'],
  ['container', {}, NO_URI, 'no-pod-identity'],
  ['auto', {}, /default chain: .*providers/, undefined, 'default-chain other'],
  [
    'auto',
    { KUBERNETES_SERVICE_HOST: '1', AWS_ROLE_ARN: 'r' },
    /default chain/,
    undefined,
    'default-chain runner-pod',
  ],
])('no credentials with %s, %j: %s, %s', async (choice, env, words, known, expected = '') => {
  const thrown = await thrownBy(() => get(choice, env));
  const { source = '', runner = '' } = thrown.situation ?? {};

  expect(thrown.message).toMatch(words);
  expect(thrown.knownError).toBe(known);
  expect(thrown.area).toBe(known === undefined ? 'credentials' : undefined);
  expect(`${source} ${runner}`.trim()).toBe(expected);
  expect(thrown.facts).toMatchObject({ region: 'eu-west-1' });
  expect(output().includes(NO_FILE)).toBe('AWS_ROLE_ARN' in env);
});

test.each(['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'])(
  'the default chain does not get to read a pipe that %s names',
  async (name) => {
    execFileSync('mkfifo', [homeOf('pipe')]);

    const chain = get('default-chain', { ...IRSA, ...URI, [name]: homeOf('pipe') });

    expect((await thrownBy(() => chain)).message).toContain('is not a regular file');
  },
);
