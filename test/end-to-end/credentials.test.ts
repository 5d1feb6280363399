import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ecrError, stsError } from '../harness/aws-services.ts';
import { type Identity, makeUser } from '../harness/identities.ts';
import { FAKE_DOCKER, useWorld, world } from '../harness/use-world.ts';

type Who = 'keys' | 'profile' | 'pod' | 'irsa' | 'node' | 'error';

/**
 * Which credentials are used with what is there, by credential-source. Every machine has instance metadata as well.
 * `error`: the step fails, and no call is made.
 */
const TABLE: readonly (readonly [given: string, auto: Who, container: Who, defaultChain: Who])[] = [
  ['nothing', 'node', 'error', 'node'],
  ['irsa', 'irsa', 'error', 'irsa'],
  ['pod', 'pod', 'pod', 'pod'],
  ['pod irsa', 'pod', 'pod', 'irsa'],
  ['profile pod', 'profile', 'pod', 'profile'],
  ['keys pod', 'keys', 'pod', 'keys'],
  ['keys profile pod irsa', 'keys', 'pod', 'profile'],
];
const CASES = TABLE.flatMap(([given, auto, container, defaultChain]) =>
  Object.entries({ auto, container, 'default-chain': defaultChain }).map(([source, who]) => ({
    given,
    source,
    who,
  })),
);
/** How the log names each. */
const NAMES: Partial<Record<Who, string>> = {
  keys: 'from the environment',
  profile: "from profile 'ci'",
  pod: 'from EKS Pod Identity, service account arc-runners/build',
  irsa: 'arn:aws:iam::123456789012:role/irsa-role',
  node: 'from the instance metadata',
};

const POD = { KUBERNETES_SERVICE_HOST: '10.100.0.1' };
/** The runner sets these in the container of a job. */
const CONTAINER_JOB = { HOME: '/github/home', GITHUB_WORKSPACE: '/__w/app/app' };

useWorld();
let profileUser: Identity;
let machine: Record<string, string | undefined>;

const keysOf = ({ accessKeyId, secretAccessKey }: Identity) =>
  `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;

beforeEach(async () => {
  machine = await world.startInstanceMetadata();
  profileUser = world.aws.addIdentity(makeUser(world.accountId, 'from-profile'));
  world.writeHome('.aws/credentials', `[ci]\n${keysOf(profileUser)}[source]\n${keysOf(profileUser)}`);
});

const config = (...lines: string[]): string => world.writeHome('.aws/config', `${lines.join('\n')}\n`);

/** Runs a step; the calls to ECR show the identity, so docker is not needed. Its logins are the world's, whatever HOME is. */
function run(env: Record<string, string | undefined>, inputs: Record<string, string> = {}) {
  const places = { DOCKER_CONFIG: join(world.home, '.docker') };
  return world.main({ env: { ...world.regionEnv(), ...places, ...env }, inputs, tools: FAKE_DOCKER });
}

/** The callers of ECR: those of the world by what they are, roles by their name. */
function callers(): string[] {
  const { keys, pod, node } = world.identities;
  const names = new Map(
    [keys, pod, node, profileUser].map((one, index) => [one, ['keys', 'pod', 'node', 'profile'][index]]),
  );
  const calls = world.aws.calls.filter(({ service }) => service !== 'sts');
  return calls.map(({ signer }) => (signer && names.get(signer)) ?? signer?.arn.split('/')[1] ?? 'nobody');
}

describe('which credentials are used', () => {
  test.each(CASES)('$source, with $given: $who', async ({ given, source, who }) => {
    const env = {
      ...machine,
      ...(given.includes('keys') && world.keysEnv()),
      ...(given.includes('profile') && { AWS_PROFILE: 'ci' }),
      ...(given.includes('pod') && world.podIdentityEnv()),
      ...(given.includes('irsa') && world.webIdentityEnv()),
    };
    const main = await run(env, { 'credential-source': source });
    if (who === 'error') {
      expect([main.exitCode, main.errors.join()]).toEqual([
        1,
        expect.stringContaining('AWS_CONTAINER_CREDENTIALS_FULL_URI'),
      ]);
      expect(callers()).toEqual([]);
      return;
    }
    expect([main.exitCode, callers()]).toEqual([0, [who === 'irsa' ? 'irsa-role' : who]]);
    expect(main.log).toContain(NAMES[who]);
  });

  test('an empty variable counts as not set', async () => {
    const empty = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '' };
    const main = await run({ ...world.podIdentityEnv(), ...empty });
    expect([main.warnings, callers()]).toEqual([[], ['pod']]);
    await run({ ...world.podIdentityEnv(), ...world.keysEnv(), AWS_CONTAINER_CREDENTIALS_FULL_URI: '' });
    expect(callers()).toEqual(['pod', 'keys']);
  });

  test('blanks around keys and the region do no harm', async () => {
    const keys = Object.entries(world.keysEnv()).map(([name, value]) => [name, ` ${value}\n`]);
    const main = await run({ ...Object.fromEntries(keys), AWS_REGION: ' eu-west-1\n' });
    expect([main.errors, callers()]).toEqual([[], ['keys']]);
    const role = await run({ ...world.webIdentityEnv(), AWS_REGION: ' eu-west-1\n', AWS_DEFAULT_REGION: '' });
    expect(role.errors).toEqual([]);
  });

  test('keys in the environment take precedence over a profile, with a warning', async () => {
    const main = await run({ ...world.keysEnv(), AWS_PROFILE: 'ci' });
    expect([main.warnings, callers()]).toEqual([[expect.stringContaining('AWS_PROFILE')], ['keys']]);
  });

  test('half a pair of keys is not used, with a warning', async () => {
    const { AWS_ACCESS_KEY_ID } = world.keysEnv();
    const main = await run({ ...world.podIdentityEnv(), AWS_ACCESS_KEY_ID });
    expect([main.warnings, callers()]).toEqual([[expect.stringContaining('AWS_SECRET_ACCESS_KEY')], ['pod']]);
  });
});

describe('a profile', () => {
  const ROLE = 'role_arn = arn:aws:iam::123456789012:role/of-profile';

  test.each([
    ['assumes a role with the keys of another', [ROLE, 'source_profile = source'], 'of-profile'],
    ["assumes a role with the pod's identity", [ROLE, 'credential_source = EcsContainer'], 'of-profile'],
    ['runs a process', ['credential_process = <process>'], 'profile'],
  ])('that %s', async (_, lines, caller) => {
    const env = { ...world.podIdentityEnv(), AWS_PROFILE: 'x' };
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = profileUser;
    const answer = world.writeHome('keys.json', JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey }));
    config('[profile x]', ...lines.map((line) => line.replace('<process>', `/bin/cat ${answer}`)));
    const main = await run(env);
    expect([main.errors, callers()]).toEqual([[], [caller]]);
    expect(main.log).toContain("from profile 'x'");
  });

  test('calls STS in the region of the input, if nothing else names one', async () => {
    config('[profile x]', ROLE, 'source_profile = source');
    const env = { AWS_PROFILE: 'x', AWS_REGION: undefined };
    expect((await run(env, { 'aws-region': 'eu-central-1' })).errors).toEqual([]);
    expect(world.aws.calls.map(({ service, region }) => [service, region])).toEqual([
      ['sts', 'eu-central-1'],
      ['ecr', 'eu-central-1'],
    ]);
  });

  test('without credentials is not used', async () => {
    config('[profile region-only]', 'region = eu-west-1');
    const main = await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'region-only' });
    expect([main.errors, callers()]).toEqual([[], ['pod']]);
  });

  test.each([
    ['does not exist', []],
    ['does not resolve', ['[profile late]', 'source_profile = not-there', ROLE]],
  ])('that %s is an error: the identity of the pod is not used instead', async (_, lines) => {
    config(...lines);
    const main = await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'late' });
    expect([main.exitCode, main.errors.length, callers(), main.toolRuns]).toEqual([1, 1, [], []]);
    for (const words of ["'late'", 'aws sts get-caller-identity --profile late']) {
      expect(main.errors[0]).toContain(words);
    }
  });

  test.each([
    ['of the profile itself', 'vend', 'auto'],
    ['in the default chain', 'vend', 'default-chain'],
  ])(
    'whose credential_process fails, %s: command line and output are not shown',
    async (_, profile, source) => {
      config(
        '[profile vend]',
        'credential_process = echo secret-on-stderr >&2; exit 3; # --token secret-in-argv',
        '[profile assumed]',
        ROLE,
        'source_profile = vend',
      );
      const env = { AWS_PROFILE: profile, AWS_EC2_METADATA_DISABLED: 'true' };
      const main = await run(env, { 'credential-source': source });
      expect([main.exitCode, main.errors.length]).toEqual([1, 1]);
      expect([...main.errors, ...main.warnings].join()).toContain(
        source === 'auto' ? 'credential_process' : "'vend'",
      );
      expect(main.stdout).not.toMatch(/secret-on-stderr|secret-in-argv|exit 3/);
    },
  );
});

describe('a warning', () => {
  test.each([
    [
      'a default profile whose process fails',
      { HOME: undefined },
      ['credential_process = false'],
      "'default'",
    ],
    [
      'half of a web identity',
      { AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/x' },
      [],
      'AWS_WEB_IDENTITY_TOKEN_FILE',
    ],
  ])(
    'names what the default chain skipped: %s',
    async (_, { HOME: _home, ...env }: Record<string, string | undefined>, lines, words) => {
      config('[default]', ...lines);
      const main = await run({ ...machine, ...env });
      expect([main.errors, callers(), main.warnings]).toEqual([
        [],
        ['node'],
        [expect.stringContaining(words)],
      ]);
    },
  );

  test.each([
    ['in a pod', POD, 'auto', 'aws eks create-pod-identity-association'],
    ['in a pod, of the default chain', POD, 'default-chain', 'aws eks create-pod-identity-association'],
    [
      "in a job's container",
      CONTAINER_JOB,
      'auto',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI: http://169.254.170.23/v1/credentials',
    ],
  ])("is for the machine's role %s, with what to do", async (_, env, source, words) => {
    const main = await run({ ...machine, ...env }, { 'credential-source': source });
    expect([main.exitCode, callers()]).toEqual([0, ['node']]);
    expect(main.warnings).toEqual([expect.stringContaining(words)]);
  });

  test("is not for the machine's role anywhere else, nor where the workflow asks for it", async () => {
    expect((await run(machine)).warnings).toEqual([]);
    const asked = await run({ ...machine, ...CONTAINER_JOB }, { 'credential-source': 'default-chain' });
    expect([asked.warnings, callers()]).toEqual([[], ['node', 'node']]);
  });

  test.each([
    ['AWS_USE_FIPS_ENDPOINT', 'True', 'AWS_USE_FIPS_ENDPOINT'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0', 'NODE_EXTRA_CA_CERTS'],
  ])('is for %s=%s, which does not fail the step', async (name, value, words) => {
    const main = await run({ ...world.keysEnv(), [name]: value });
    expect([main.exitCode, main.warnings]).toEqual([0, [expect.stringContaining(words)]]);
  });
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
    world.aws.faults.once(
      ecrError(400, 'ValidationException', `bad: ${encodeURIComponent(secretAccessKey)} was sent`),
    );
    const own = await run(world.keysEnv());
    expect(own.errors.join()).toMatch(/bad: .*\*\*\*.* was sent/);
    config('[profile assumed]', 'role_arn = arn:aws:iam::123456789012:role/x', 'source_profile = source');
    world.aws.faults.once(stsError(403, 'Refused', `bad: ${profileUser.secretAccessKey} was sent`));
    const other = await run({ AWS_PROFILE: 'assumed' });
    expect(other.errors.join()).toMatch(/bad: .*\*\*\*.* was sent/);
  });
});

test.each([
  ['empty', ''],
  ['not expanded', '~'],
])('a HOME that is %s does not let a checkout decide which credentials are used', async (_, HOME) => {
  // The working directory of the first step.
  world.writeHome('../step-0/.aws/config', '[profile ci]\ncredential_process = /bin/false\n');
  world.writeHome('../step-0/~/.aws/config', '[profile ci]\ncredential_process = /bin/false\n');
  const main = await run({
    ...world.podIdentityEnv(),
    HOME,
    AWS_PROFILE: 'ci',
    DOCKER_CONFIG: world.directory,
  });
  expect(main.errors.join()).toContain('does not exist');
});
