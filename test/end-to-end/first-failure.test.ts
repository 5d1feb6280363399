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

type Case = {
  readonly place: Place;
  readonly hasAssociation?: boolean;
  /** Whether the input names the region. */
  readonly isRegionGiven?: boolean;
  readonly metadata: Metadata;
  /** Whose credentials the step uses; undefined if it fails. */
  readonly caller?: 'pod' | 'node';
  /** What the first line of the error or the warning says; undefined if there is none. */
  readonly first?: string;
  /** What to do, of the known error. */
  readonly remedy?: RegExp;
};

const NOTHING = 'This pod got nothing from EKS Pod Identity';
const AS_NODE = `${NOTHING}, so the IAM role of the node is used`;
const NO_CREDENTIALS = `${NOTHING}, and no other source has credentials`;
const NO_REGION = `${NOTHING}: neither credentials nor a region`;

/** In the order of what a reader does. The old controller is named, since its runners look the same. */
const IDLE_RUNNERS =
  /create-pod-identity-association.*--service-account.*kubectl get ephemeralrunners.*kubectl delete ephemeralrunner/s;
const DELETE_POD = /create-pod-identity-association.*kubectl delete pod .*runner-abcde/s;
const RUN_AGAIN = /create-pod-identity-association(?!.*kubectl delete)/s;

const CASES: readonly Case[] = [
  // With an association, nothing of the machine counts.
  { place: 'runner pod of ARC', hasAssociation: true, metadata: 'region and role', caller: 'pod' },
  { place: 'runner pod of ARC', hasAssociation: true, metadata: 'nothing', caller: 'pod' },
  { place: 'runner pod', hasAssociation: true, metadata: 'region and role', caller: 'pod' },
  { place: 'job pod', hasAssociation: true, metadata: 'region and role', caller: 'pod' },
  { place: 'job pod', hasAssociation: true, metadata: 'nothing', caller: 'pod' },

  {
    place: 'runner pod of ARC',
    isRegionGiven: true,
    metadata: 'region and role',
    caller: 'node',
    first: AS_NODE,
    remedy: IDLE_RUNNERS,
  },
  {
    place: 'runner pod of ARC',
    isRegionGiven: true,
    metadata: 'region',
    first: NO_CREDENTIALS,
    remedy: IDLE_RUNNERS,
  },
  {
    place: 'runner pod of ARC',
    isRegionGiven: true,
    metadata: 'nothing',
    first: NO_CREDENTIALS,
    remedy: IDLE_RUNNERS,
  },
  {
    place: 'runner pod of ARC',
    metadata: 'region and role',
    caller: 'node',
    first: AS_NODE,
    remedy: IDLE_RUNNERS,
  },
  {
    place: 'runner pod of ARC',
    metadata: 'region',
    first: NO_CREDENTIALS,
    remedy: IDLE_RUNNERS,
  },
  {
    place: 'runner pod of ARC',
    metadata: 'nothing',
    first: NO_REGION,
    remedy: IDLE_RUNNERS,
  },

  {
    place: 'runner pod',
    isRegionGiven: true,
    metadata: 'region and role',
    caller: 'node',
    first: AS_NODE,
    remedy: DELETE_POD,
  },
  {
    place: 'runner pod',
    isRegionGiven: true,
    metadata: 'nothing',
    first: NO_CREDENTIALS,
    remedy: DELETE_POD,
  },
  {
    place: 'runner pod',
    metadata: 'region and role',
    caller: 'node',
    first: AS_NODE,
    remedy: DELETE_POD,
  },
  {
    place: 'runner pod',
    metadata: 'nothing',
    first: NO_REGION,
    remedy: DELETE_POD,
  },

  {
    place: 'job pod',
    isRegionGiven: true,
    metadata: 'region and role',
    caller: 'node',
    first: AS_NODE,
    remedy: RUN_AGAIN,
  },
  {
    place: 'job pod',
    isRegionGiven: true,
    metadata: 'region',
    first: NO_CREDENTIALS,
    remedy: RUN_AGAIN,
  },
  {
    place: 'job pod',
    isRegionGiven: true,
    metadata: 'nothing',
    first: NO_CREDENTIALS,
    remedy: RUN_AGAIN,
  },
  {
    place: 'job pod',
    metadata: 'region and role',
    caller: 'node',
    first: AS_NODE,
    remedy: RUN_AGAIN,
  },
  {
    place: 'job pod',
    metadata: 'region',
    first: NO_CREDENTIALS,
    remedy: RUN_AGAIN,
  },
  {
    place: 'job pod',
    metadata: 'nothing',
    first: NO_REGION,
    remedy: RUN_AGAIN,
  },

  // A machine of EC2 has its role on purpose.
  { place: 'EC2', isRegionGiven: true, metadata: 'region and role', caller: 'node' },
  { place: 'EC2', metadata: 'region and role', caller: 'node' },
  {
    place: 'EC2',
    isRegionGiven: true,
    metadata: 'region',
    first: "No credentials from the AWS SDK's default chain",
    remedy: /configure-aws-credentials/,
  },
  {
    place: 'EC2',
    metadata: 'region',
    first: "No credentials from the AWS SDK's default chain",
    remedy: /configure-aws-credentials/,
  },

  // So does EC2, where the metadata is turned off.
  {
    place: 'laptop',
    isRegionGiven: true,
    metadata: 'nothing',
    first: "No credentials from the AWS SDK's default chain",
    remedy: /configure-aws-credentials/,
  },
  {
    place: 'laptop',
    metadata: 'nothing',
    first: 'No AWS region',
    remedy: /Set input 'aws-region'/,
  },
];

const NO_REGION_VARIABLES = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };

function titleOf({ place, hasAssociation, isRegionGiven, metadata }: Case): string {
  const association = hasAssociation ? 'an association' : 'no association';
  const region = isRegionGiven ? 'the region of the input' : 'no region of its own';

  return `${place}, ${association}, ${region}, metadata that know: ${metadata}`;
}

async function environmentOf({ place, hasAssociation, metadata }: Case): Promise<Environment> {
  const machine =
    metadata === 'nothing'
      ? {}
      : await world.startInstanceMetadata({ hasRole: metadata === 'region and role' });
  const ofEks = hasAssociation ? world.podIdentityEnv() : {};

  return { ...PLACES[place], ...machine, ...NO_REGION_VARIABLES, ...ofEks };
}

describe('the first failure', () => {
  test.each(CASES.map((one) => [titleOf(one), one] as const))('%s', async (_, one) => {
    const inputs: Record<string, string> = one.isRegionGiven ? { 'aws-region': 'eu-west-1' } : {};
    const main = await world.main({ env: await environmentOf(one), inputs });

    const { pod, node } = world.identities;
    const signers = world.aws.calls.map(({ signer }) => signer);
    const expected = { pod, node }[one.caller ?? 'pod'];
    expect(signers).toEqual(one.caller === undefined ? [] : [expected]);

    const said = one.caller === undefined ? main.errors : main.warnings;
    expect(said).toHaveLength(one.first === undefined ? 0 : 1);
    if (one.first !== undefined) expect(said[0]?.startsWith(one.first)).toBe(true);
    if (one.remedy !== undefined) expect(said[0]).toMatch(one.remedy);
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
