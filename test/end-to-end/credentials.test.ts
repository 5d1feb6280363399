import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ecrError, stsError } from '../harness/aws-services.ts';
import { type Identity, makeUser, profileKeys } from '../harness/identities.ts';
import type { StepResult } from '../harness/runner.ts';
import { FAKE_DOCKER, FAST, ONE_ERROR, useWorld, world } from '../harness/use-world.ts';
import type { Environment } from '../harness/world.ts';

/** A source of credentials that a test can give to a step. */
type Source = 'keys' | 'profile' | 'pod' | 'irsa';

/** Words of the log for each caller of ECR, and words of the error if there is no caller. */
const WORDS_OF_LOG = {
  keys: 'from the environment',
  profile: "from profile 'ci'",
  pod: 'from EKS Pod Identity, service account arc-runners/build',
  'irsa-role': 'arn:aws:iam::123456789012:role/irsa-role',
  node: 'from the instance metadata',
  error: 'AWS_CONTAINER_CREDENTIALS_FULL_URI',
};
type Caller = keyof typeof WORDS_OF_LOG;

useWorld({ tools: FAKE_DOCKER });
let profileUser: Identity;
let metadataEnv: Environment;

beforeEach(async () => {
  metadataEnv = await world.startInstanceMetadata();
  profileUser = world.aws.addIdentity(makeUser(world.accountId, 'from-profile'));

  const keys = profileKeys(profileUser);
  world.writeHome('.aws/credentials', `[ci]\n${keys}[source]\n${keys}`);
});

const writeConfig = (...lines: string[]) => world.writeHome('.aws/config', `${lines.join('\n')}\n`);

/** The variables of a step with these sources. */
const envOf = (...sources: Source[]): Environment => ({
  ...(sources.includes('keys') && world.keysEnv()),
  ...(sources.includes('profile') && { AWS_PROFILE: 'ci' }),
  ...(sources.includes('pod') && world.podIdentityEnv()),
  ...(sources.includes('irsa') && world.webIdentityEnv()),
});

/** Runs a step, whose docker configuration does not depend on HOME. */
function run(env: Environment, source = 'auto', inputs: Record<string, string> = {}) {
  return world.main({
    env: {
      ...world.regionEnv(),
      DOCKER_CONFIG: join(world.home, '.docker'),
      ...env,
    },
    inputs: { ...inputs, 'credential-source': source },
  });
}

/** The callers of ECR. A role that is not of the world has its own name. */
function callers() {
  const { keys, pod, node } = world.identities;
  const known = Object.entries({ keys, pod, node, profile: profileUser });
  const calls = world.aws.calls.filter(({ service }) => service !== 'sts');

  return calls.map(({ signer }) => {
    const [name] = known.find(([, identity]) => identity === signer) ?? [];
    const role = signer?.arn.split('/')[1];
    return name ?? role ?? 'nobody';
  });
}

/** Expects that ECR was called once, by this caller. */
function expectCaller(main: StepResult, caller: string) {
  expect(main.errors).toEqual([]);
  expect(callers()).toEqual([caller]);
}

describe('the step', () => {
  // Every machine has instance metadata as well.
  test.each<[sources: Source[], auto: Caller, container: Caller, defaultChain: Caller]>([
    [[], 'node', 'error', 'node'],
    [['irsa'], 'irsa-role', 'error', 'irsa-role'],
    [['pod'], 'pod', 'pod', 'pod'],
    [['pod', 'irsa'], 'pod', 'pod', 'irsa-role'],
    [['profile', 'pod'], 'profile', 'pod', 'profile'],
    [['keys', 'pod'], 'keys', 'pod', 'keys'],
    [['keys', 'profile', 'pod', 'irsa'], 'keys', 'pod', 'profile'],
  ])(
    'uses, of the sources %j: %s with auto, %s with container, %s with default-chain',
    async (sources, auto, container, defaultChain) => {
      const env = { ...metadataEnv, ...envOf(...sources) };
      const expected = { auto, container, 'default-chain': defaultChain };

      for (const [source, who] of Object.entries(expected)) {
        const before = callers().length;
        const main = await run(env, source);

        const isError = who === 'error';
        expect(main.errors).toHaveLength(isError ? 1 : 0);
        expect(callers().slice(before)).toEqual(isError ? [] : [who]);
        expect(main.log).toContain(WORDS_OF_LOG[who]);
      }
    },
  );

  test('takes an empty variable as one that is not set', async () => {
    const empty = {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_PROFILE: '',
    };
    const main = await run({ ...world.podIdentityEnv(), ...empty });

    expect(main.warnings).toEqual([]);
    expectCaller(main, 'pod');

    await run({ ...envOf('pod', 'keys'), AWS_CONTAINER_CREDENTIALS_FULL_URI: '' });
    expect(callers()).toEqual(['pod', 'keys']);
  });

  test('accepts white space around keys and the region', async () => {
    const keys = Object.entries(world.keysEnv()).map(([name, value]) => [name, ` ${value}\n`]);
    const main = await run({ ...Object.fromEntries(keys), AWS_REGION: ' eu-west-1\n' });

    expectCaller(main, 'keys');

    const role = await run({
      ...world.webIdentityEnv(),
      AWS_REGION: ' eu-west-1\n',
      AWS_DEFAULT_REGION: '',
    });
    expect(role.errors).toEqual([]);
  });

  test.each(['aws-global', ''])(
    'needs no region for ECR Public with a web identity: AWS_REGION is %j',
    async (AWS_REGION) => {
      const env = { ...world.webIdentityEnv(), AWS_REGION, AWS_DEFAULT_REGION: '' };
      const main = await run(env, 'auto', { 'registry-type': 'public' });
      const services = world.aws.calls.map(({ service }) => service);

      expect(main.errors).toEqual([]);
      expect(services).toEqual(['sts', 'ecr-public']);
    },
  );

  test('uses keys although a profile is set, and warns of that and of TLS without checks', async () => {
    const main = await run({ ...envOf('keys', 'profile'), NODE_TLS_REJECT_UNAUTHORIZED: '0' });

    expectCaller(main, 'keys');
    expect(main.warnings.toSorted()).toEqual([
      expect.stringContaining('AWS_PROFILE'),
      expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    ]);
  });
});

describe('a profile', () => {
  const ROLE = 'role_arn = arn:aws:iam::123456789012:role/of-profile';
  const BY_KEYS = 'source_profile = source';
  const BY_POD = 'credential_source = EcsContainer';

  test.each([
    ['assume a role with the keys of another profile', [ROLE, BY_KEYS], 'of-profile'],
    ['assume a role with the identity of the pod', [ROLE, BY_POD], 'of-profile'],
    ['run a process', ['credential_process = /bin/cat "$HOME/keys.json"'], 'profile'],
  ])('can %s', async (_, lines, caller) => {
    const answer = {
      Version: 1,
      AccessKeyId: profileUser.accessKeyId,
      SecretAccessKey: profileUser.secretAccessKey,
    };
    world.writeHome('keys.json', JSON.stringify(answer));
    writeConfig('[profile x]', ...lines);

    const main = await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'x' });

    expectCaller(main, caller);
    expect(main.log).toContain("from profile 'x'");
  });

  test('calls STS in the region of the input if nothing else names a region', async () => {
    writeConfig('[profile x]', ROLE, BY_KEYS);
    const env = { AWS_PROFILE: 'x', AWS_REGION: undefined };
    expect((await run(env, 'auto', { 'aws-region': 'eu-central-1' })).errors).toEqual([]);

    const calls = world.aws.calls.map(({ service, region }) => `${service} ${region}`);
    expect(calls).toEqual(['sts eu-central-1', 'ecr eu-central-1']);
  });

  test.each([
    ['does not exist', []],
    ['does not resolve', ['[profile late]', 'source_profile = not-there', ROLE]],
  ])('is an error if it %s, and the identity of the pod is not used', async (_, lines) => {
    writeConfig(...lines);
    const main = await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'late' });

    expect(main).toMatchObject({ ...ONE_ERROR, toolRuns: [] });
    expect(callers()).toEqual([]);
    for (const words of ["'late'", 'aws sts get-caller-identity --profile late'])
      expect(main.errors[0]).toContain(words);
  });

  test.each([
    ['auto', 'credential_process'],
    ['default-chain', "'vend'"],
  ])(
    'is an error if its process fails, with %s, without the command line and its output',
    async (source, words) => {
      const command = 'echo secret-on-stderr >&2; exit 3; # --token secret-in-argv';
      writeConfig('[profile vend]', `credential_process = ${command}`);

      const main = await run({ AWS_PROFILE: 'vend', AWS_EC2_METADATA_DISABLED: 'true' }, source);

      expect(main).toMatchObject(ONE_ERROR);
      expect([...main.errors, ...main.warnings].join()).toContain(words);
      expect(main.stdout).not.toMatch(/secret-on-stderr|secret-in-argv|exit 3/);
    },
  );
});

test('the default chain ends in time if one of its sources does not respond', async () => {
  world.agent.faults.always('hang');
  const main = await run({ ...world.podIdentityEnv(), ...FAST }, 'default-chain');

  expect(main.errors).toEqual([
    expect.stringMatching(/ chain: a process or an endpoint that it asks did not answer in 55 s$/),
  ]);
});

describe('a warning', () => {
  test('names the profile that the default chain passed over', async () => {
    writeConfig('[default]', 'credential_process = false');
    const main = await run(metadataEnv);

    expectCaller(main, 'node');
    expect(main.warnings).toEqual([expect.stringContaining("'default'")]);
  });

  test.each([
    ['a pod', { KUBERNETES_SERVICE_HOST: '10.100.0.1' }, 1],
    ['the container of a job', { HOME: '/github/home', GITHUB_WORKSPACE: '/__w/app/app' }, 0],
  ])(
    'says what to do if the default chain of %s uses the role of the machine: %j, %i times',
    async (_, place, count) => {
      const main = await run({ ...metadataEnv, ...place }, 'default-chain');

      expectCaller(main, 'node');
      const remedy = expect.stringContaining('aws eks create-pod-identity-association');
      expect(main.warnings).toEqual(Array(count).fill(remedy));
    },
  );
});

describe('secret keys', () => {
  test('are masked if the step uses them', async () => {
    const { secretAccessKey, sessionToken } = world.identities.pod;
    const { masks } = await run(world.podIdentityEnv());

    expect([...masks]).toEqual(expect.arrayContaining([secretAccessKey, sessionToken]));
  });

  test('are not shown if a service quotes them, also keys of a source_profile', async () => {
    const { secretAccessKey } = world.identities.keys;
    const quoted = `bad: ${encodeURIComponent(secretAccessKey)} was sent`;
    world.aws.faults.once(ecrError(400, 'ValidationException', quoted));

    const own = await run(world.keysEnv());
    expect(own.errors.join()).toMatch(/bad: .*\*\*\*.* was sent/);

    const role = 'role_arn = arn:aws:iam::123456789012:role/x';
    writeConfig('[profile assumed]', role, 'source_profile = source');
    world.aws.faults.once(stsError(403, 'Refused', `bad: ${profileUser.secretAccessKey} was sent`));

    const other = await run({ AWS_PROFILE: 'assumed' });
    expect(other.errors.join()).toMatch(/bad: .*\*\*\*.* was sent/);
  });
});

test.each([
  ['empty', ''],
  ['a ~ that no shell has expanded', '~'],
])('the configuration of a checkout is not read if HOME is %s', async (_, HOME) => {
  const ofCheckout = '[profile ci]\ncredential_process = /bin/false\n';
  // `step-0` is the working directory of the first step.
  world.writeHome('../step-0/.aws/config', ofCheckout);
  world.writeHome('../step-0/~/.aws/config', ofCheckout);

  const main = await run({
    ...world.podIdentityEnv(),
    HOME,
    AWS_PROFILE: 'ci',
    DOCKER_CONFIG: world.directory,
  });

  expect(main.errors.join()).toContain('does not exist');
});
