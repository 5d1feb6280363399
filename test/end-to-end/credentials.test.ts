import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ecrError, stsError } from '../harness/aws-services.ts';
import { type Identity, makeUser } from '../harness/identities.ts';
import { FAKE_DOCKER, FAST, useWorld, world } from '../harness/use-world.ts';
import type { Environment } from '../harness/world.ts';

/** What a step can get credentials from. */
type Source = 'keys' | 'profile' | 'pod' | 'irsa';

/** How the log names the caller of ECR, or the error if there is none. */
const NAMES = {
  keys: 'from the environment',
  profile: "from profile 'ci'",
  pod: 'from EKS Pod Identity, service account arc-runners/build',
  'irsa-role': 'arn:aws:iam::123456789012:role/irsa-role',
  node: 'from the instance metadata',
  error: 'AWS_CONTAINER_CREDENTIALS_FULL_URI',
};
type Caller = keyof typeof NAMES;

useWorld({ tools: FAKE_DOCKER });
let profileUser: Identity;
let machine: Environment;

const keysOf = ({ accessKeyId, secretAccessKey }: Identity) =>
  `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;

beforeEach(async () => {
  machine = await world.startInstanceMetadata();
  profileUser = world.aws.addIdentity(makeUser(world.accountId, 'from-profile'));

  const keys = keysOf(profileUser);
  world.writeHome('.aws/credentials', `[ci]\n${keys}[source]\n${keys}`);
});

const config = (...lines: string[]): string =>
  world.writeHome('.aws/config', `${lines.join('\n')}\n`);

/** The variables of what is there. */
const given = (...what: Source[]): Environment => ({
  ...(what.includes('keys') && world.keysEnv()),
  ...(what.includes('profile') && { AWS_PROFILE: 'ci' }),
  ...(what.includes('pod') && world.podIdentityEnv()),
  ...(what.includes('irsa') && world.webIdentityEnv()),
});

/**
 * Runs a step; the calls to ECR show the identity, so docker is not needed. Its logins are the
 * world's, whatever HOME is.
 */
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

/** The callers of ECR: those of the world by what they are, roles by their name. */
function callers(): string[] {
  const { keys, pod, node } = world.identities;
  const known = Object.entries({ keys, pod, node, profile: profileUser });
  const calls = world.aws.calls.filter(({ service }) => service !== 'sts');

  return calls.map(({ signer }) => {
    const [name] = known.find(([, identity]) => identity === signer) ?? [];
    const role = signer?.arn.split('/')[1];
    return name ?? role ?? 'nobody';
  });
}

describe('which credentials are used', () => {
  // Every machine has instance metadata as well.
  test.each<[given: Source[], auto: Caller, container: Caller, defaultChain: Caller]>([
    [[], 'node', 'error', 'node'],
    [['irsa'], 'irsa-role', 'error', 'irsa-role'],
    [['pod'], 'pod', 'pod', 'pod'],
    [['pod', 'irsa'], 'pod', 'pod', 'irsa-role'],
    [['profile', 'pod'], 'profile', 'pod', 'profile'],
    [['keys', 'pod'], 'keys', 'pod', 'keys'],
    [['keys', 'profile', 'pod', 'irsa'], 'keys', 'pod', 'profile'],
  ])(
    'with %j: auto %s, container %s, default-chain %s',
    async (sources, auto, container, defaultChain) => {
      const env = { ...machine, ...given(...sources) };
      const expected = { auto, container, 'default-chain': defaultChain };

      for (const [source, who] of Object.entries(expected)) {
        const before = callers().length;
        const main = await run(env, source);

        const called = who === 'error' ? [] : [who];
        const seen = [source, main.errors.length, callers().slice(before)];
        expect(seen).toEqual([source, 1 - called.length, called]);
        expect(main.log).toContain(NAMES[who]);
      }
    },
  );

  test('an empty variable counts as not set', async () => {
    const empty = {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_PROFILE: '',
    };
    const main = await run({ ...world.podIdentityEnv(), ...empty });

    expect([main.warnings, callers()]).toEqual([[], ['pod']]);

    await run({ ...given('pod', 'keys'), AWS_CONTAINER_CREDENTIALS_FULL_URI: '' });
    expect(callers()).toEqual(['pod', 'keys']);
  });

  test('blanks around keys and the region do no harm', async () => {
    const keys = Object.entries(world.keysEnv()).map(([name, value]) => [name, ` ${value}\n`]);
    const main = await run({ ...Object.fromEntries(keys), AWS_REGION: ' eu-west-1\n' });

    expect([main.errors, callers()]).toEqual([[], ['keys']]);

    const role = await run({
      ...world.webIdentityEnv(),
      AWS_REGION: ' eu-west-1\n',
      AWS_DEFAULT_REGION: '',
    });
    expect(role.errors).toEqual([]);
  });

  test.each(['aws-global', ''])(
    'a web identity for ECR Public needs no region: %j',
    async (AWS_REGION) => {
      const env = { ...world.webIdentityEnv(), AWS_REGION, AWS_DEFAULT_REGION: '' };
      const main = await run(env, 'auto', { 'registry-type': 'public' });
      const services = world.aws.calls.map(({ service }) => service);

      expect([main.errors, services]).toEqual([[], ['sts', 'ecr-public']]);
    },
  );

  test.each<[who: Source, set: Environment, words: string]>([
    ['keys', { AWS_PROFILE: 'ci' }, 'AWS_PROFILE'],
    ['pod', { AWS_ACCESS_KEY_ID: 'a' }, 'AWS_SECRET_ACCESS_KEY'],
    ['keys', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'NODE_EXTRA_CA_CERTS'],
  ])('those of the %s if %j is set, with a warning: %s', async (who, set, words) => {
    const main = await run({ ...given(who), ...set });

    expect([main.errors, callers()]).toEqual([[], [who]]);
    expect(main.warnings).toEqual([expect.stringContaining(words)]);
  });
});

describe('a profile', () => {
  const ROLE = 'role_arn = arn:aws:iam::123456789012:role/of-profile';
  const BY_POD = 'credential_source = EcsContainer';

  test.each([
    ['assumes a role with the keys of another', [ROLE, 'source_profile = source'], 'of-profile'],
    ["assumes a role with the pod's identity", [ROLE, BY_POD], 'of-profile'],
    ['runs a process', ['credential_process = /bin/cat "$HOME/keys.json"'], 'profile'],
  ])('that %s', async (_, lines, caller) => {
    const answer = {
      Version: 1,
      AccessKeyId: profileUser.accessKeyId,
      SecretAccessKey: profileUser.secretAccessKey,
    };
    world.writeHome('keys.json', JSON.stringify(answer));
    config('[profile x]', ...lines);

    const main = await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'x' });

    expect([main.errors, callers()]).toEqual([[], [caller]]);
    expect(main.log).toContain("from profile 'x'");
  });

  test('calls STS in the region of the input, if nothing else names one', async () => {
    config('[profile x]', ROLE, 'source_profile = source');
    const env = { AWS_PROFILE: 'x', AWS_REGION: undefined };
    expect((await run(env, 'auto', { 'aws-region': 'eu-central-1' })).errors).toEqual([]);

    const calls = world.aws.calls.map(({ service, region }) => `${service} ${region}`);
    expect(calls).toEqual(['sts eu-central-1', 'ecr eu-central-1']);
  });

  test.each([
    ['does not exist', []],
    ['does not resolve', ['[profile late]', 'source_profile = not-there', ROLE]],
  ])('that %s is an error: the identity of the pod is not used instead', async (_, lines) => {
    config(...lines);
    const main = await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'late' });

    expect([main.exitCode, main.errors.length, callers(), main.toolRuns]).toEqual([1, 1, [], []]);
    for (const words of ["'late'", 'aws sts get-caller-identity --profile late'])
      expect(main.errors[0]).toContain(words);
  });

  test.each([
    ['auto', 'credential_process'],
    ['default-chain', "'vend'"],
  ])(
    'whose process fails, with %s, is named; command line and output are not',
    async (source, words) => {
      const command = 'echo secret-on-stderr >&2; exit 3; # --token secret-in-argv';
      config('[profile vend]', `credential_process = ${command}`);

      const main = await run({ AWS_PROFILE: 'vend', AWS_EC2_METADATA_DISABLED: 'true' }, source);

      expect([main.exitCode, main.errors.length]).toEqual([1, 1]);
      expect([...main.errors, ...main.warnings].join()).toContain(words);
      expect(main.stdout).not.toMatch(/secret-on-stderr|secret-in-argv|exit 3/);
    },
  );
});

test('a source of the default chain that does not respond is given up in time', async () => {
  world.agent.faults.always('hang');
  const main = await run({ ...world.podIdentityEnv(), ...FAST }, 'default-chain');

  expect(main.errors).toEqual([
    expect.stringMatching(/ chain: a process or an endpoint that it asks did not answer in 55 s$/),
  ]);
});

describe('a warning', () => {
  test('names what the default chain skipped', async () => {
    config('[default]', 'credential_process = false');
    const main = await run(machine);

    expect([main.errors, callers()]).toEqual([[], ['node']]);
    expect(main.warnings).toEqual([expect.stringContaining("'default'")]);
  });

  const IN_POD = { KUBERNETES_SERVICE_HOST: '10.100.0.1' };
  // The runner sets these in the container of a job.
  const IN_CONTAINER = { HOME: '/github/home', GITHUB_WORKSPACE: '/__w/app/app' };
  const ASSOCIATE = 'aws eks create-pod-identity-association';
  const GIVE = 'AWS_CONTAINER_CREDENTIALS_FULL_URI: http://169.254.170.23/v1/credentials';

  test.each<[where: Environment, source: string, warnings: string[]]>([
    [IN_POD, 'auto', [ASSOCIATE]],
    [IN_POD, 'default-chain', [ASSOCIATE]],
    [IN_CONTAINER, 'auto', [GIVE]],
    [IN_CONTAINER, 'default-chain', []],
    [{}, 'auto', []],
  ])(
    "for the machine's role with %j and %s says what to do: %j",
    async (where, source, warnings) => {
      const main = await run({ ...machine, ...where }, source);

      expect([main.errors, callers()]).toEqual([[], ['node']]);
      expect(main.warnings).toEqual(warnings.map((words) => expect.stringContaining(words)));
    },
  );
});

describe('secret keys', () => {
  test('are masked for the steps that follow, if the step uses them', async () => {
    const { secretAccessKey, sessionToken } = world.identities.pod;
    const main = await run(world.podIdentityEnv());

    expect([...main.masks]).toEqual(expect.arrayContaining([secretAccessKey, sessionToken]));

    const profile = await run({ AWS_PROFILE: 'ci' });
    expect(profile.masks).toContain(profileUser.secretAccessKey);
  });

  test('that a service quotes back are not shown: those of the step, and of a source_profile', async () => {
    const { secretAccessKey } = world.identities.keys;
    const quoted = `bad: ${encodeURIComponent(secretAccessKey)} was sent`;
    world.aws.faults.once(ecrError(400, 'ValidationException', quoted));

    const own = await run(world.keysEnv());
    expect(own.errors.join()).toMatch(/bad: .*\*\*\*.* was sent/);

    config(
      '[profile assumed]',
      'role_arn = arn:aws:iam::123456789012:role/x',
      'source_profile = source',
    );
    world.aws.faults.once(stsError(403, 'Refused', `bad: ${profileUser.secretAccessKey} was sent`));

    const other = await run({ AWS_PROFILE: 'assumed' });
    expect(other.errors.join()).toMatch(/bad: .*\*\*\*.* was sent/);
  });
});

test.each([
  ['empty', ''],
  ['not expanded', '~'],
])(
  'a HOME that is %s does not let a checkout decide which credentials are used',
  async (_, HOME) => {
    const ofCheckout = '[profile ci]\ncredential_process = /bin/false\n';
    // The working directory of the first step.
    world.writeHome('../step-0/.aws/config', ofCheckout);
    world.writeHome('../step-0/~/.aws/config', ofCheckout);

    const main = await run({
      ...world.podIdentityEnv(),
      HOME,
      AWS_PROFILE: 'ci',
      DOCKER_CONFIG: world.directory,
    });

    expect(main.errors.join()).toContain('does not exist');
  },
);
