import { writeFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import type { CredentialSourceChoice } from '../../../src/aws/credential-choice.ts';
import { getCredentials } from '../../../src/aws/credentials.ts';
import { parseProxy } from '../../../src/aws/proxy.ts';
import { stepRegion } from '../../../src/aws/region.ts';
import { checkCallerAccount } from '../../../src/aws/token.ts';
import { chooseClients } from '../../../src/clients/client-choice.ts';
import { asKnownError } from '../../../src/run.ts';
import { makeRoleSession } from '../../harness/identities.ts';
import { InstanceMetadata } from '../../harness/instance-metadata.ts';
import { homeOf, NETWORK, NEVER, NO_END, thrownBy } from '../support.ts';
import { SAMPLES } from './samples.ts';

const metadata = new InstanceMetadata(makeRoleSession('111122223333', 'node', 'i-1'), {
  region: 'eu-west-1',
});
afterAll(() => metadata.stop());

const IN_CONTAINER = { GITHUB_WORKSPACE: '/__w/a', HOME: '/github/home' };
const IN_POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
const OF_ARC = { GITHUB_ACTIONS_RUNNER_EXTRA_USER_AGENT: 'actions-runner-controller/0.14' };

async function credentials(env: NodeJS.ProcessEnv, choice: CredentialSourceChoice) {
  writeFileSync(homeOf('config'), '');
  Object.assign(process.env, env, { AWS_CONFIG_FILE: homeOf('config') });

  return getCredentials({
    choice,
    region: 'eu-west-1',
    network: NETWORK,
    agentAttempts: 1,
    budgetMs: 1_000,
    signal: NEVER,
  });
}

/** Throws what the step would warn of. */
async function doubtOf(env: NodeJS.ProcessEnv) {
  if (metadata.host === '') await metadata.listen();
  delete process.env['AWS_EC2_METADATA_DISABLED'];

  const atMetadata = { ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url };
  const { doubt } = await credentials(atMetadata, 'auto');

  throw doubt;
}

function caller() {
  const token = { registry: 'x', username: 'AWS', password: 'x' };
  const found = { callerAccount: '111122223333', tokens: [token], failures: [] };
  const request = {
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    network: NETWORK,
    maskPassword: true,
    endMs: NO_END,
    signal: NEVER,
  };

  return checkCallerAccount(['444455556666'], found, 'eu-west-1', request);
}

function tools(names: Parameters<typeof chooseClients>[0], env: NodeJS.ProcessEnv = {}) {
  Object.assign(process.env, env, { PATH: homeOf() });

  return chooseClients(names);
}

function refusedCommandFile() {
  const path = '/__w/_temp/_runner_file_commands/save_state_9b1f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11';
  const refusal = new Error(`EACCES: permission denied, open '${path}'`);
  process.env['GITHUB_STATE'] = path;

  throw asKnownError(Object.assign(refusal, { code: 'EACCES', path }));
}

/** What the code really says, by the known error that it names. */
const SAID: Record<string, (() => unknown)[]> = {
  'account-not-allowed': [caller],
  'client-missing': [() => tools(['podman']), () => tools([], IN_POD)],
  'client-missing-in-job': [
    () => tools(['podman'], IN_CONTAINER),
    () => tools([], { ...IN_CONTAINER, ...IN_POD }),
  ],
  'command-file': [refusedCommandFile],
  'container-job': [
    () => credentials(IN_CONTAINER, 'container'),
    () => doubtOf(IN_CONTAINER),
    () => stepRegion('', IN_CONTAINER),
  ],
  'no-pod-identity': [
    () => credentials(IN_POD, 'container'),
    () => credentials(IN_POD, 'default-chain'),
    () => stepRegion('', IN_POD),
    () => doubtOf(IN_POD),
    () => doubtOf({ ...IN_POD, AWS_ROLE_ARN: 'r' }),
  ],
  'no-pod-identity-arc': [() => credentials({ ...IN_POD, ...OF_ARC }, 'container')],
  'no-pod-identity-job': [() => credentials({ ...IN_POD, ...IN_CONTAINER }, 'container')],
  'proxy-url-invalid': [() => parseProxy('http://:', "input 'http-proxy'")],
  'region-missing': [() => stepRegion('', {})],
};

const ROWS = Object.entries(SAID).flatMap(([id, sayings]) =>
  sayings.map((say, index) => [id, SAMPLES.get(id)?.named[index], say] as const),
);

test('there is a row for each message of the code', () => {
  const named = [...SAMPLES].flatMap(([id, sample]) => sample.named.map(() => id));

  expect(ROWS.map(([id]) => id)).toEqual(named.sort());
});

test.each(ROWS)('%s: the page has the words of the code: %s', async (id, message, say) => {
  expect(await thrownBy(say)).toMatchObject({ message, knownError: id });
});
