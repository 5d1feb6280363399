import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { stsError } from '../harness/aws-services.ts';
import { type Identity, makeUser } from '../harness/identities.ts';
import { useWorld } from '../harness/use-world.ts';
import { TOOLS } from '../harness/usual.ts';

type Who = 'keys' | 'profile' | 'pod' | 'irsa' | 'node';
type Source = 'auto' | 'container' | 'default-chain';

/**
 * Which credentials are to be used with these, written by hand. Every machine has instance metadata as well.
 * `error`: the step fails, and no call is made.
 */
const TABLE = `
  keys profile uri irsa | auto    container default-chain
  -    -       -   -    | node    error     node
  -    -       -   irsa | irsa    error     irsa
  -    -       uri -    | pod     pod       pod
  -    -       uri irsa | pod     pod       irsa
  -    profile -   -    | profile error     profile
  -    profile -   irsa | profile error     profile
  -    profile uri -    | profile pod       profile
  -    profile uri irsa | profile pod       profile
  keys -       -   -    | keys    error     keys
  keys -       -   irsa | keys    error     keys
  keys -       uri -    | keys    pod       keys
  keys -       uri irsa | keys    pod       keys
  keys profile -   -    | keys    error     profile
  keys profile -   irsa | keys    error     profile
  keys profile uri -    | keys    pod       profile
  keys profile uri irsa | keys    pod       profile
`;

interface Case {
  present: string[];
  source: Source;
  inPod: boolean;
  who: Who | 'error';
}

const CASES = TABLE.trim()
  .split('\n')
  .slice(1)
  .flatMap((line) => {
    const [given = '', expected = ''] = line.split('|');
    const present = given.split(/\s+/).filter((word) => /\w/.test(word));
    const who = expected.trim().split(/\s+/) as (Who | 'error')[];
    const sources: Source[] = ['auto', 'container', 'default-chain'];
    return sources.flatMap((source, index) =>
      [false, true].map((inPod): Case => ({ present, source, inPod, who: who[index] ?? 'error' })),
    );
  });

const world = useWorld();
let profileUser: Identity;
let machine: Record<string, string | undefined>;

beforeEach(async () => {
  machine = await world.startInstanceMetadata();
  profileUser = world.aws.addIdentity(makeUser(world.accountId, 'from-profile'));
  writeAwsFile('credentials', [
    '[ci]',
    `aws_access_key_id = ${profileUser.accessKeyId}`,
    `aws_secret_access_key = ${profileUser.secretAccessKey}`,
    '[source]',
    `aws_access_key_id = ${profileUser.accessKeyId}`,
    `aws_secret_access_key = ${profileUser.secretAccessKey}`,
  ]);
  writeAwsFile('config', [
    '[profile region-only]',
    'region = eu-west-1',
    '[profile role]',
    'role_arn = arn:aws:iam::123456789012:role/from-source',
    'source_profile = source',
    '[profile pod-role]',
    'role_arn = arn:aws:iam::123456789012:role/from-pod',
    'credential_source = EcsContainer',
    '[profile process]',
    `credential_process = ${process.execPath} ${join(world.home, 'keys.cjs')}`,
    '[profile web]',
    'role_arn = arn:aws:iam::123456789012:role/from-web',
    `web_identity_token_file = ${join(world.home, 'web-token')}`,
    '[profile nowhere]',
    'source_profile = not-there',
    'role_arn = arn:aws:iam::123456789012:role/from-nowhere',
  ]);
  writeFileSync(join(world.home, 'web-token'), world.serviceAccountToken(), { mode: 0o600 });
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = profileUser;
  const answer = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey });
  writeFileSync(join(world.home, 'keys.cjs'), `console.log(${JSON.stringify(answer)})`, { mode: 0o600 });
});

function writeAwsFile(name: string, lines: string[]): void {
  mkdirSync(join(world.home, '.aws'), { recursive: true, mode: 0o700 });
  writeFileSync(join(world.home, '.aws', name), `${lines.join('\n')}\n`, { mode: 0o600 });
}

function run(env: Record<string, string | undefined>, inputs: Record<string, string> = {}) {
  // The calls to ECR show the identity; docker is not needed.
  return world.main({ env: { ...world.regionEnv(), ...env }, inputs, tools: TOOLS });
}

function environmentOf({ present, inPod }: Pick<Case, 'present' | 'inPod'>) {
  return {
    ...machine,
    ...(present.includes('keys') && world.keysEnv()),
    ...(present.includes('profile') && { AWS_PROFILE: 'ci' }),
    ...(present.includes('uri') && world.podIdentityEnv()),
    ...(present.includes('irsa') && world.webIdentityEnv()),
    ...(inPod && { KUBERNETES_SERVICE_HOST: '10.100.0.1' }),
  };
}

/** The callers of ECR. */
function callers(): string[] {
  const names: Record<string, Who> = {
    [world.identities.keys.arn]: 'keys',
    [world.identities.pod.arn]: 'pod',
    [world.identities.node.arn]: 'node',
    [profileUser.arn]: 'profile',
  };
  return world.aws.calls
    .filter(({ service }) => service !== 'sts')
    .map(({ signer }) => names[signer?.arn ?? ''] ?? signer?.arn.split('/')[1] ?? 'nobody')
    .map((name) => (name === 'irsa-role' ? 'irsa' : name));
}

/** How the log names each. */
const NAMES: Record<Who, string> = {
  keys: 'Using credentials from the environment',
  profile: "Using credentials from profile 'ci'",
  pod: 'Using credentials from EKS Pod Identity, service account arc-runners/build',
  irsa: 'Using credentials from web identity, role arn:aws:iam::123456789012:role/irsa-role (IRSA), service account arc-runners/build',
  node: 'Using credentials from the instance metadata: the IAM role of this machine',
};

describe('which credentials are used', () => {
  const named = CASES.map((one) => ({ ...one, given: one.present.join(' + ') || 'nothing' }));
  test.each(named)('$source, $given, in a pod: $inPod: $who', async ({ source, who, ...given }) => {
    const main = await run(environmentOf(given), { 'credential-source': source });
    if (who === 'error') {
      expect(main.exitCode).toBe(1);
      expect(main.errors.join()).toContain('AWS_CONTAINER_CREDENTIALS_FULL_URI is not set');
      expect(callers()).toEqual([]);
      return;
    }
    expect(callers()).toEqual([who]);
    expect(main.exitCode).toBe(0);
    expect(main.log.split('\n').filter((line) => line.startsWith('Using credentials from '))).toEqual([
      expect.stringContaining(NAMES[who]),
    ]);
    expect(main.warnings.filter((text) => text.includes("node's IAM role"))).toHaveLength(
      who === 'node' && given.inPod ? 1 : 0,
    );
  });
});

describe('keys', () => {
  test('take precedence over a profile, with one warning and no raw output', async () => {
    const main = await run({ ...world.keysEnv(), AWS_PROFILE: 'ci' });
    expect(callers()).toEqual(['keys']);
    expect(main.warnings).toEqual([
      "Profile 'ci' of AWS_PROFILE is not used: the keys in the environment come first.",
    ]);
    expect(main.stderr).toBe('');
  });

  test("with the SDK's own order its warning is one line of the log", async () => {
    const main = await run(
      { ...world.keysEnv(), AWS_PROFILE: 'ci' },
      { 'credential-source': 'default-chain' },
    );
    expect(callers()).toEqual(['profile']);
    expect(main.warnings).toEqual([expect.stringContaining('Multiple credential sources detected')]);
    expect(main.stderr).toBe('');
  });

  test('half a pair is a mistake, with a warning', async () => {
    const { AWS_ACCESS_KEY_ID } = world.keysEnv();
    const main = await run({ ...world.podIdentityEnv(), AWS_ACCESS_KEY_ID });
    expect(callers()).toEqual(['pod']);
    expect(main.warnings).toEqual([expect.stringContaining('AWS_SECRET_ACCESS_KEY is not')]);
  });
});

describe('a profile', () => {
  test('that assumes a role with the keys of another', async () => {
    const main = await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'role' });
    expect(main.errors).toEqual([]);
    expect(callers()).toEqual(['from-source']);
    expect(main.log).toContain("Using credentials from profile 'role' (AWS_PROFILE is set)");
  });

  test("that assumes a role with the pod's identity", async () => {
    const main = await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'pod-role' });
    expect(main.errors).toEqual([]);
    expect(callers()).toEqual(['from-pod']);
  });

  test('that assumes a role by web identity', async () => {
    await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'web' });
    expect(callers()).toEqual(['from-web']);
  });

  test('that runs a process', async () => {
    await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'process' });
    expect(callers()).toEqual(['profile']);
  });

  test('without credentials is not used', async () => {
    const main = await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'region-only' });
    expect(callers()).toEqual(['pod']);
    expect(main.log).toContain("Profile 'region-only' of AWS_PROFILE contains no credentials");
  });

  test.each(['auto', 'default-chain'])(
    'that does not exist is never replaced by the identity of the pod: %s',
    async (source) => {
      const env = { ...world.podIdentityEnv(), AWS_PROFILE: 'not-there' };
      const main = await run(env, { 'credential-source': source });
      if (source === 'default-chain') {
        expect(callers()).toEqual(['pod']); // the SDK's own order, which was asked for by name
        return;
      }
      expect(main.exitCode).toBe(1);
      expect(main.errors).toEqual([
        expect.stringContaining("Profile 'not-there' of AWS_PROFILE does not exist"),
      ]);
      expect(main.errors.join()).toContain('Likely cause: ');
      expect(main.errors.join()).toContain("AWS_PROFILE: ''");
      expect([...world.aws.requests, ...main.toolRuns]).toEqual([]);
    },
  );

  test('that the instance metadata does not resolve is the cause, in a pod with an association, too', async () => {
    writeAwsFile('config', [
      '[profile machine]',
      'role_arn = arn:aws:iam::123456789012:role/x',
      'credential_source = Ec2InstanceMetadata',
    ]);
    const pod = { ...world.podIdentityEnv(), KUBERNETES_SERVICE_HOST: '10.100.0.1' };
    const main = await run({ ...pod, AWS_PROFILE: 'machine', AWS_EC2_METADATA_DISABLED: 'true' });
    expect(main.errors.join()).toContain("No credentials from profile 'machine'");
    expect(main.errors.join()).toContain('aws sts get-caller-identity --profile machine');
    expect(main.errors.join()).not.toContain('association');
    expect(callers()).toEqual([]);
  });

  test('that does not resolve is never replaced by the identity of the pod', async () => {
    const main = await run({ ...world.podIdentityEnv(), AWS_PROFILE: 'nowhere' });
    expect(main.exitCode).toBe(1);
    expect(main.errors).toEqual([expect.stringContaining("No credentials from profile 'nowhere'")]);
    expect(main.errors.join()).toContain('aws sts get-caller-identity --profile nowhere');
    expect(callers()).toEqual([]);
  });
});

describe('the log', () => {
  test('names the IRSA role that is not used', async () => {
    const main = await run({ ...world.webIdentityEnv(), ...world.podIdentityEnv() });
    expect(callers()).toEqual(['pod']);
    expect(main.log).toContain('The IRSA role arn:aws:iam::123456789012:role/irsa-role');
    expect(main.log).toContain('is not used');
  });

  test("warns of the node's role in a pod without credentials of its own", async () => {
    const main = await run({ ...machine, KUBERNETES_SERVICE_HOST: '10.100.0.1' });
    expect(main.exitCode).toBe(0);
    expect(main.warnings).toHaveLength(1);
    for (const words of [
      "Using the node's IAM role, which is probably not intended.",
      'no variables of EKS Pod Identity',
      'aws eks create-pod-identity-association --cluster-name <cluster> --region eu-west-1',
      'Delete the runner pod',
    ]) {
      expect(main.warnings[0]).toContain(words);
    }
  });

  test('keys that STS quotes are kept out, also those of a source_profile', async () => {
    world.addSecret('session token', 'token-of-the-source-profile', 'given');
    writeAwsFile('config', [
      '[profile assumed]',
      'role_arn = arn:aws:iam::123456789012:role/x',
      'source_profile = base',
      '[profile base]',
      `aws_access_key_id = ${profileUser.accessKeyId}`,
      `aws_secret_access_key = ${profileUser.secretAccessKey}`,
      'aws_session_token = token-of-the-source-profile',
    ]);
    const words = "should have been 'x-amz-security-token:token-of-the-source-profile'";
    world.aws.faults.once(stsError(403, 'SignatureDoesNotMatch', words));
    const main = await run({ AWS_PROFILE: 'assumed' });
    expect(main.errors.join()).toContain("should have been 'x-amz-security-token:***'");
  });

  test.each(['Container', 'irsa', 'pod identity'])(
    'an invalid credential-source is an error with the choices: %s',
    async (source) => {
      const main = await run(world.podIdentityEnv(), { 'credential-source': source });
      if (source === 'Container') {
        expect(callers()).toEqual(['pod']); // in any case, as registry-type
        return;
      }
      expect(main.errors).toEqual([
        `Input 'credential-source': invalid value '${source}'. Allowed: 'auto', 'container', 'default-chain'.`,
      ]);
      expect([...world.aws.requests, ...main.toolRuns]).toEqual([]);
    },
  );
});

describe("a source that the SDK's default chain skips is named in a warning", () => {
  const inPod = { KUBERNETES_SERVICE_HOST: '10.100.0.1' };
  const ROLE = 'arn:aws:iam::123456789012:role/irsa-role';
  const went = 'the AWS SDK went on to the instance metadata: the IAM role of this machine.';

  test.each([
    [
      'a default profile whose process fails',
      ['credential_process = false'],
      ' from its credential_process; ',
    ],
    [
      'a default profile whose source_profile does not exist',
      ['source_profile = not-there', `role_arn = ${ROLE}`],
      ": its source_profile 'not-there' does not exist; ",
    ],
  ])('%s', async (_, settings, words) => {
    writeAwsFile('config', ['[default]', ...settings]);
    const main = await run(machine);
    expect(main.errors).toEqual([]);
    expect(callers()).toEqual(['node']);
    expect(main.warnings).toEqual([`Profile 'default' returned no credentials${words}${went}`]);
    expect(main.log).not.toContain('no keys, profile');
    const pod = await run({ ...machine, ...inPod });
    expect(pod.warnings).toEqual([main.warnings[0], expect.stringContaining("node's IAM role")]);
  });

  test.each([
    ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN', '/none/token'],
    ['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE', ROLE],
  ])('%s without %s', async (set, unset, value) => {
    writeAwsFile('config', ['[default]', 'region = eu-west-1']);
    const main = await run({ ...machine, [set]: value });
    expect(callers()).toEqual(['node']);
    expect(main.warnings).toEqual([
      `${set} is set and ${unset} is not, so there is no web identity; ${went}`,
    ]);
  });

  test('also where no source returns any', async () => {
    writeAwsFile('config', ['[default]', 'credential_process = false']);
    const main = await run({ AWS_ROLE_ARN: ROLE });
    expect(main.exitCode).toBe(1);
    expect(main.warnings).toEqual([
      "Profile 'default' returned no credentials from its credential_process.",
      'AWS_ROLE_ARN is set and AWS_WEB_IDENTITY_TOKEN_FILE is not, so there is no web identity.',
    ]);
  });

  test('a configuration file that a variable misnames', async () => {
    writeAwsFile('config', ['[profile late]', 'credential_process = false']);
    const file = join(world.home, '.aws', 'confg');
    const main = await run({ ...machine, AWS_CONFIG_FILE: file });
    expect(main.warnings).toEqual([`AWS_CONFIG_FILE names ${file}, which does not exist.`]);
    const chosen = await run({ ...machine, AWS_CONFIG_FILE: file, AWS_PROFILE: 'late' });
    expect(chosen.errors.join()).toContain(
      `Profile 'late' of AWS_PROFILE does not exist. AWS_CONFIG_FILE names ${file}, which does not exist.`,
    );
    const noRegion = await run({ AWS_CONFIG_FILE: file, AWS_REGION: '', AWS_DEFAULT_REGION: '' });
    expect(noRegion.errors.join()).toContain(`No AWS region: `);
    expect(noRegion.errors.join()).toContain(`AWS_CONFIG_FILE names ${file}, which does not exist.`);
  });
});

describe('blanks around variables', () => {
  test('do no harm to keys', async () => {
    const keys = Object.entries(world.keysEnv()).map(([name, value]) => [name, `${value}\n`]);
    const main = await run(Object.fromEntries(keys));
    expect(main.errors).toEqual([]);
    expect(callers()).toEqual(['keys']);
  });

  test.each(['environment', 'pod', 'irsa', 'profile'])('do no harm to AWS_REGION: %s', async (source) => {
    const env = {
      environment: () => world.keysEnv(),
      pod: () => world.podIdentityEnv(),
      irsa: () => world.webIdentityEnv(),
      profile: () => ({ AWS_PROFILE: 'role' }),
    }[source as 'pod']();
    writeAwsFile('config', [
      '[profile role]',
      'role_arn = arn:aws:iam::123456789012:role/from-source',
      'source_profile = source',
    ]);
    const main = await run({ ...env, AWS_REGION: ' eu-west-1\n', AWS_DEFAULT_REGION: '' });
    expect(main.errors).toEqual([]);
    expect(world.aws.calls.map(({ region }) => region).filter((region) => region !== 'eu-west-1')).toEqual(
      source === 'irsa' ? [''] : [],
    );
  });
});

describe('a credential_process that fails', () => {
  const COMMAND = 'echo secret-on-stderr >&2; exit 3; # --token secret-in-argv';

  test.each([
    ['of the profile itself', 'vend', 'auto', "The credential_process of profile 'vend' failed."],
    ['of its source_profile', 'assumed', 'auto', "The credential_process of profile 'vend' failed."],
    ['in the default chain', 'vend', 'default-chain', "Profile 'vend' returned no credentials from its cred"],
  ])('%s: its profile is named, command line and output are not shown', async (_, profile, source, words) => {
    writeAwsFile('config', [
      '[profile vend]',
      `credential_process = ${COMMAND}`,
      '[profile assumed]',
      'role_arn = arn:aws:iam::123456789012:role/x',
      'source_profile = vend',
    ]);
    const main = await run({ AWS_PROFILE: profile }, { 'credential-source': source });
    expect(main.exitCode).toBe(1);
    expect([...main.errors, ...main.warnings].join('\n')).toContain(words);
    for (const shown of [main.stdout, main.summary]) {
      expect(shown).not.toMatch(/secret-on-stderr|secret-in-argv|exit 3/);
    }
  });
});
