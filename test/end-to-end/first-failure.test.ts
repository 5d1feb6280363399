import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { testReal } from '../harness/real-parts.ts';
import { FAKE_DOCKER, useWorld, world } from '../harness/use-world.ts';
import type { Environment } from '../harness/world.ts';

// What a step says and does where EKS Pod Identity gave it nothing, or where there is no pod at all. A pod has all of the
// variables of EKS, the region among them, or none: a pod with an association and without AWS_REGION cannot be. Neither can
// an association outside of a pod, nor a laptop with instance metadata.

useWorld({ tools: FAKE_DOCKER });

const IN_POD = { KUBERNETES_SERVICE_HOST: '10.100.0.1', HOSTNAME: 'runner-abcde' };

const PLACES = {
  'runner pod of ARC': {
    ...IN_POD,
    GITHUB_ACTIONS_RUNNER_EXTRA_USER_AGENT: 'actions-runner-controller/0.14.2',
    GITHUB_WORKSPACE: '/home/runner/_work/app/app',
  },
  'runner pod': { ...IN_POD, GITHUB_WORKSPACE: '/home/runner/_work/app/app' },
  'job pod': { ...IN_POD, GITHUB_WORKSPACE: '/__w/app/app' },
  EC2: { GITHUB_WORKSPACE: '/home/runner/_work/app/app' },
  laptop: { GITHUB_WORKSPACE: '/home/me/_work/app/app' },
} satisfies Record<string, Environment>;

type Place = keyof typeof PLACES;

/** What answers at the address of the instance metadata. */
type Metadata = 'region and role' | 'region' | 'nothing';

const NOTHING = 'This pod got nothing from EKS Pod Identity';
const AS_NODE = `${NOTHING}, so the IAM role of the node is used`;
const NO_CREDENTIALS = `${NOTHING}, and no other source has credentials`;
const NO_REGION = `${NOTHING}: neither credentials nor a region`;
const CHAIN_FAILED = "No credentials from the AWS SDK's default chain";

/** What to do, in the order of what a reader does. */
const IDLE_RUNNERS =
  /create-pod-identity-association.*--service-account.*kubectl get ephemeralrunners.*kubectl delete ephemeralrunner/s;
const DELETE_POD = /create-pod-identity-association.*kubectl delete pod .*runner-abcde/s;
const RUN_AGAIN = /create-pod-identity-association(?!.*kubectl delete)/s;
const ASSUME_ROLE = /configure-aws-credentials/;
const SET_REGION = /Set input 'aws-region'/;

type Case = [
  place: Place,
  /** Where EKS or the input named a region. */
  region: 'of EKS' | 'of the input' | 'none',
  metadata: Metadata,
  /** Whose credentials the step uses, if it succeeds. */
  caller: 'pod' | 'node' | 'nobody',
  /** How the error begins, or the warning of a step that succeeds; empty if there is none. */
  first: string,
  remedy?: RegExp,
];

const CASES: Case[] = [
  // With an association, nothing of the machine counts.
  ['runner pod of ARC', 'of EKS', 'region and role', 'pod', ''],
  ['runner pod of ARC', 'of EKS', 'nothing', 'pod', ''],
  ['runner pod', 'of EKS', 'region and role', 'pod', ''],
  ['job pod', 'of EKS', 'region and role', 'pod', ''],
  ['job pod', 'of EKS', 'nothing', 'pod', ''],

  ['runner pod of ARC', 'of the input', 'region and role', 'node', AS_NODE, IDLE_RUNNERS],
  ['runner pod of ARC', 'of the input', 'region', 'nobody', NO_CREDENTIALS, IDLE_RUNNERS],
  ['runner pod of ARC', 'of the input', 'nothing', 'nobody', NO_CREDENTIALS, IDLE_RUNNERS],
  ['runner pod of ARC', 'none', 'region and role', 'node', AS_NODE, IDLE_RUNNERS],
  ['runner pod of ARC', 'none', 'region', 'nobody', NO_CREDENTIALS, IDLE_RUNNERS],
  ['runner pod of ARC', 'none', 'nothing', 'nobody', NO_REGION, IDLE_RUNNERS],

  ['runner pod', 'of the input', 'region and role', 'node', AS_NODE, DELETE_POD],
  ['runner pod', 'of the input', 'nothing', 'nobody', NO_CREDENTIALS, DELETE_POD],
  ['runner pod', 'none', 'region and role', 'node', AS_NODE, DELETE_POD],
  ['runner pod', 'none', 'nothing', 'nobody', NO_REGION, DELETE_POD],

  ['job pod', 'of the input', 'region and role', 'node', AS_NODE, RUN_AGAIN],
  ['job pod', 'of the input', 'region', 'nobody', NO_CREDENTIALS, RUN_AGAIN],
  ['job pod', 'of the input', 'nothing', 'nobody', NO_CREDENTIALS, RUN_AGAIN],
  ['job pod', 'none', 'region and role', 'node', AS_NODE, RUN_AGAIN],
  ['job pod', 'none', 'region', 'nobody', NO_CREDENTIALS, RUN_AGAIN],
  ['job pod', 'none', 'nothing', 'nobody', NO_REGION, RUN_AGAIN],

  // A machine of EC2 has its role on purpose.
  ['EC2', 'of the input', 'region and role', 'node', ''],
  ['EC2', 'none', 'region and role', 'node', ''],
  ['EC2', 'of the input', 'region', 'nobody', CHAIN_FAILED, ASSUME_ROLE],
  ['EC2', 'none', 'region', 'nobody', CHAIN_FAILED, ASSUME_ROLE],

  // EC2 with its metadata turned off is like a laptop.
  ['laptop', 'of the input', 'nothing', 'nobody', CHAIN_FAILED, ASSUME_ROLE],
  ['laptop', 'none', 'nothing', 'nobody', 'No AWS region', SET_REGION],
];

const NO_REGION_VARIABLES = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };

async function environmentOf(place: Place, region: Case[1], metadata: Metadata) {
  const machine =
    metadata === 'nothing'
      ? {}
      : await world.startInstanceMetadata({ hasRole: metadata === 'region and role' });
  const ofEks = region === 'of EKS' ? world.podIdentityEnv() : {};

  return { ...PLACES[place], ...machine, ...NO_REGION_VARIABLES, ...ofEks };
}

describe('the first failure', () => {
  test.each(CASES)('%s, region: %s, metadata that know: %s: %s is logged in', async (...row) => {
    const [place, region, metadata, caller, first, remedy] = row;

    const main = await world.main({
      env: await environmentOf(place, region, metadata),
      inputs: region === 'of the input' ? { 'aws-region': 'eu-west-1' } : {},
    });

    const isDone = caller !== 'nobody';
    const signers = world.aws.calls.map(({ signer }) => signer);
    expect(signers).toEqual(isDone ? [world.identities[caller]] : []);

    const [said = '', ...others] = isDone ? main.warnings : main.errors;
    expect(said.slice(0, first.length)).toBe(first);
    expect(said === '').toBe(first === '');
    expect(others).toEqual([]);
    if (remedy !== undefined) expect(said).toMatch(remedy);
  });

  test('the log says that the region is that of the machine', async () => {
    const machine = await world.startInstanceMetadata();
    const env = { ...PLACES.EC2, ...machine, ...NO_REGION_VARIABLES };
    const main = await world.main({ env });

    expect(main.log).toContain('eu-west-1, the region of this machine');
  });

  test.each([
    ['keys', () => world.keysEnv()],
    ['a profile', () => ({ AWS_PROFILE: 'ci', ...writeProfile() })],
    ['a web identity', () => world.webIdentityEnv()],
  ])('a pod where the job chose %s is no pod that got nothing', async (_, choice) => {
    const env = { ...PLACES['runner pod of ARC'], ...choice(), ...NO_REGION_VARIABLES };
    const main = await world.main({ env });

    expect(main.errors).toEqual([expect.stringMatching(/^No AWS region/)]);
    expect(main.errors[0]).not.toContain('EKS Pod Identity');
  });
});

testReal('root')('a user who may not write the files of the runner gets to know why', async () => {
  const state = join(mkdtempSync(join(tmpdir(), 'runner-')), 'save_state');
  writeFileSync(state, '', { mode: 0o644 });
  chmodSync(dirname(state), 0o755);

  const main = await world.main({ moreEnv: { GITHUB_STATE: state }, asOtherUser: true });
  rmSync(dirname(state), { recursive: true });

  expect(main.errors).toEqual([expect.stringMatching(/^EACCES.*save_state'\n.*uid 1001/)]);
  expect(main.exitCode).toBe(1);
});

function writeProfile(): Environment {
  const { accessKeyId, secretAccessKey } = world.identities.keys;
  world.writeHome(
    '.aws/credentials',
    `[ci]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );

  return {};
}
