import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { callsOf, ecrError, ecrReply } from '../harness/aws-services.ts';
import { hang } from '../harness/faults.ts';
import { testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { useWorld } from '../harness/use-world.ts';
import { TOOLS } from '../harness/usual.ts';

// Registries have their real names here: docker reaches them on loopback, and gets in with no password but their own.
const test = testReal('docker', 'linux');
const world = useWorld({ realRegistryNames: true });

const [a, b] = ['123456789012', '210987654321'];
const host = (accountId: string, region: string) => `${accountId}.dkr.ecr.${region}.amazonaws.com`;

/** A step whose environment names no region. */
const NO_REGION = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };

function logIn(registries: string, inputs: Record<string, string> = {}, env = {}): Promise<StepResult> {
  return world.main({ env: { ...world.podIdentityEnv(), ...env }, inputs: { registries, ...inputs } });
}

const calls = () =>
  world.aws.calls.map(({ service, region, registryIds }) => [service, region, registryIds] as const);
const loggedIn = () => Object.keys(world.dockerLogins());

describe('one step', () => {
  test('logs in to two regions and ECR Public, from entries as workflows have them, and post logs out of all', async () => {
    const central = host(b, 'eu-central-1');
    const west = host(b, 'us-west-2');
    const hosts = [host(a, 'eu-central-1'), 'public.ecr.aws', west, host(b, 'eu-west-1'), central];
    const main = await logIn(
      [
        `https://${hosts[0]}/team/app:1.2`,
        ' public.ecr.aws/alias/base@sha256:'.padEnd(99, '0'),
        `${west}, ${b}`,
        `${hosts[0]}/team/other`,
        b,
        `${central}/app`,
      ].join('\n'),
    );
    expect(main.errors).toEqual([]);
    expect(main.exitCode).toBe(0);
    expect(calls().toSorted()).toEqual([
      ['ecr', 'eu-central-1', [a, b]],
      ['ecr', 'eu-west-1', [b]],
      ['ecr', 'us-west-2', [b]],
      ['ecr-public', 'us-east-1', undefined],
    ]);
    expect(main.toolRuns.map(({ argv }) => argv.at(-1))).toEqual(hosts);
    expect(loggedIn().toSorted()).toEqual(hosts.toSorted());
    expect((await world.registry()).accepted.map((login) => login.host)).toEqual(hosts);

    expect(JSON.parse(main.outputs['registries'] ?? '')).toEqual(hosts);
    expect(main.outputs['registry']).toBeUndefined();
    for (const name of hosts) {
      const suffix = name.replace(/\W+/g, '_');
      expect(main.outputs[`docker_username_${suffix}`]).toBe('AWS');
      const login = (await world.registry()).accepted.find((one) => one.host === name);
      expect(main.outputs[`docker_password_${suffix}`]).toBe(login?.password);
    }

    const post = await world.post(main);
    expect(post.exitCode).toBe(0);
    expect(post.toolRuns.map(({ argv }) => argv)).toEqual(hosts.map((name) => ['logout', name]));
    expect(loggedIn()).toEqual([]);
  });

  test('has its credentials from one request, whatever the number of calls', async () => {
    const regions = ['eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-north-1'];
    const main = await logIn(regions.map((region) => host(a, region)).join(','));
    expect(main.exitCode).toBe(0);
    expect(world.aws.calls).toHaveLength(4);
    expect(world.agent.requests).toHaveLength(1);
  });

  test('makes all its calls at once', async () => {
    world.aws.faults.always(hang());
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: {
        registries: Array.from({ length: 12 }, (_, index) => host(a, `eu-west-${index + 1}`)).join(),
      },
      interrupts: [{ signal: 'SIGTERM', when: world.aws.seen(12) }],
    });
    expect(main.errors).toEqual(['The step was cancelled (SIGTERM).']);
    expect(world.aws.requests).toHaveLength(12);
  });

  test('of 23 accounts makes 3 calls, and each registry gets the password that came with it', async () => {
    const accounts = Array.from({ length: 23 }, (_, index) => String(100000000000 + 7 * index));
    const main = await logIn(accounts.join(','));
    expect(main.errors).toEqual([]);
    const chunks = [accounts.slice(0, 10), accounts.slice(10, 20), accounts.slice(20)];
    expect(calls().toSorted()).toEqual(chunks.map((ids) => ['ecr', 'eu-west-1', ids]));
    const registry = await world.registry();
    expect(registry.refused).toEqual([]);
    const hosts = accounts.map((accountId) => host(accountId, 'eu-west-1'));
    expect(registry.accepted.map((login) => login.host)).toEqual(hosts);
    expect(JSON.parse(main.outputs['registries'] ?? '')).toEqual(hosts);
  });

  test('of 1,000: post is told of each and logs out of each', async () => {
    const main = await logIn(a, { 'container-cli': 'config-file' });
    const saved = JSON.parse(main.state['login_1'] ?? '') as Record<string, unknown>;
    const more = Array.from({ length: 999 }, (_, index) => {
      const registry = host(String(300000000001 + index), world.region);
      return [`login_${index + 2}`, JSON.stringify({ ...saved, registry })];
    });
    const state = { ...main.state, ...Object.fromEntries(more), logins: '1000' };
    const post = await world.post({ ...main, state });
    expect([post.exitCode, post.errors, loggedIn()]).toEqual([0, [], []]);
    expect(post.log.match(/^Logging out of registry /gm)).toHaveLength(1_000);
  });

  test('logs in once to a registry that is given by its account and by its host', async () => {
    const main = await logIn(`${a},${host(a, 'eu-west-1')}/app`);
    expect(main.toolRuns).toHaveLength(1);
    expect(main.outputs['registry']).toBe(host(a, 'eu-west-1'));
  });

  test('logs in to a host as it is written', async () => {
    const written = `${a}.DKR.ECR.eu-west-1.amazonaws.com`;
    const main = await logIn(`${written}/app`, {}, NO_REGION);
    expect(main.toolRuns.map(({ argv }) => argv.at(-1))).toEqual([written]);
    expect(main.outputs['registry']).toBe(written);
  });
});

describe('a call that fails', () => {
  const hosts = [host(a, 'eu-west-1'), host(a, 'us-west-2'), host(a, 'ap-south-1')];

  test('of three regions: the others are logged in to, set and saved, and the step fails', async () => {
    world.aws.faults.always(
      ecrError(400, 'AccessDeniedException', 'not in this region'),
      callsOf('ecr', 'us-west-2'),
    );
    const main = await logIn(hosts.join(','));
    expect(main.exitCode).toBe(1);
    expect(main.errors).toEqual([
      `No authorization token from Amazon ECR in us-west-2 for ${hosts[1]}: AccessDeniedException: not in this region`,
    ]);
    const others = [hosts[0], hosts[2]];
    expect(loggedIn().toSorted()).toEqual(others.toSorted());
    expect(JSON.parse(main.outputs['registries'] ?? '')).toEqual(others);
    expect(Object.keys(main.outputs)).toContain(
      'docker_password_123456789012_dkr_ecr_ap_south_1_amazonaws_com',
    );
    const post = await world.post(main);
    expect(post.exitCode).toBe(0);
    expect(loggedIn()).toEqual([]);
  });

  test('and another: each is named in the one error; registry is not set though one is left', async () => {
    const denied = (words: string) => ecrError(400, 'AccessDeniedException', words);
    world.aws.faults.always(denied('no west'), callsOf('ecr', 'us-west-2'));
    world.aws.faults.always(denied('no public'), callsOf('ecr-public'));
    const main = await logIn([hosts[1], 'public.ecr.aws', hosts[2]].join(','));
    expect(main.errors).toEqual([
      `No authorization token from Amazon ECR in us-west-2 for ${hosts[1]}: AccessDeniedException: no west\n` +
        'No authorization token from Amazon ECR Public for public.ecr.aws: AccessDeniedException: no public',
    ]);
    expect(main.outputs['registry']).toBeUndefined();
    expect(JSON.parse(main.outputs['registries'] ?? '')).toEqual([hosts[2]]);
    // Each with its stack in the debug log.
    for (const words of ['no west', 'no public']) {
      expect(main.stdout).toMatch(new RegExp(`^::debug::AccessDeniedException: ${words}%0A\\s+at `, 'm'));
    }
  });

  test('and a login that fails as well: both are named', async () => {
    world.aws.faults.always(ecrError(400, 'AccessDeniedException', 'no west'), callsOf('ecr', 'us-west-2'));
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { registries: hosts.join(',') },
      tools: { docker: { stderr: 'Error: no', exitCode: 1 } },
    });
    expect(main.errors[0]).toMatch(
      /no west\ndocker could not log in to registry 123456789012\.dkr\.ecr\.eu-west-1/,
    );
    expect(main.outputs).toEqual({});
  });

  test('all of them: no output, no tool run, and no message about a password', async () => {
    world.identities.pod.denied.add('ecr:GetAuthorizationToken');
    const main = await logIn(hosts.join(','), { 'mask-password': 'false' });
    expect(main.errors[0]?.match(/is not authorized to perform/g)).toHaveLength(3);
    expect([main.exitCode, main.outputs, main.toolRuns, main.warnings]).toEqual([1, {}, [], []]);
  });

  test('a response that lacks one of the registries: that one is named, the other is logged in to', async () => {
    const [issued] = [{ proxyEndpoint: `https://${host(b, 'eu-west-1')}`, authorizationToken: 'QVdTOnB3' }];
    world.aws.faults.once(ecrReply({ authorizationData: [issued] }));
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { registries: `${a},${b}` },
      tools: TOOLS,
    });
    expect(main.errors).toEqual([expect.stringContaining(`has no token for ${a}.`)]);
    expect(main.toolRuns.map(({ argv, stdin }) => [argv.at(-1), stdin])).toEqual([
      [host(b, 'eu-west-1'), 'pw'],
    ]);
    // No time of expiry came with it.
    expect(Object.keys(main.outputs)).not.toContain('expires-at');
  });
});

describe('expires-at', () => {
  test('is when the first password expires, in RFC 3339, and the log has the time left', async () => {
    world.aws.passwordLifetimeSeconds = ({ region }) => (region === 'us-west-2' ? 3600 : 12 * 3600);
    const before = Date.now();
    const main = await logIn([host(a, 'eu-west-1'), host(a, 'us-west-2')].join(','));
    const time = main.outputs['expires-at'] ?? '';
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Date.parse(time)).toBeGreaterThanOrEqual(before + 3_590_000);
    expect(Date.parse(time)).toBeLessThan(before + 3_900_000);
    expect(main.log).toMatch(`Logins valid for 1 h, until ${time}`);
  });

  test('of one login', async () => {
    const main = await logIn('');
    expect(main.log).toContain(`Login valid for 12 h, until ${main.outputs['expires-at']}`);
  });
});

describe('the region of accounts and of the default registry', () => {
  test.each([
    ['the input', { 'aws-region': 'ap-south-1' }, {}, 'ap-south-1'],
    ['AWS_REGION', {}, { AWS_REGION: 'us-east-2', AWS_DEFAULT_REGION: 'us-west-1' }, 'us-east-2'],
    ['AWS_DEFAULT_REGION', {}, { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-1' }, 'us-west-1'],
    ["the profile's", {}, { ...NO_REGION, AWS_PROFILE: 'team' }, 'eu-south-2'],
  ])('%s', async (_, inputs, env, region) => {
    const AWS_CONFIG_FILE = join(world.directory, 'aws-config');
    writeFileSync(AWS_CONFIG_FILE, '[profile team]\nregion = eu-south-2\n');
    for (const [registries, ids] of [
      ['', undefined],
      [b, [b]],
    ] as const) {
      const main = await logIn(registries, inputs, { ...world.keysEnv(), AWS_CONFIG_FILE, ...env });
      expect(main.errors).toEqual([]);
      expect(calls().at(-1)).toEqual(['ecr', region, ids]);
    }
  });

  test('none: an error that lists the sources, before any call', async () => {
    const main = await logIn(`public.ecr.aws,${a}`, {}, NO_REGION);
    expect(main.exitCode).toBe(1);
    expect(main.errors).toEqual([
      expect.stringContaining(
        "No AWS region: input 'aws-region', AWS_REGION, AWS_DEFAULT_REGION and the region of profile 'default' are not set.",
      ),
    ]);
    expect([...world.agent.requests, ...world.aws.requests, ...main.toolRuns]).toEqual([]);
  });

  test('none is needed where every entry names its host or is public', async () => {
    const main = await logIn(`${host(a, 'us-east-2')},public.ecr.aws`, {}, NO_REGION);
    expect(main.errors).toEqual([]);
    expect(loggedIn()).toHaveLength(2);
  });

  test('hosts keep their own', async () => {
    await logIn(host(a, 'us-east-2'), { 'aws-region': 'eu-west-3' });
    expect(calls()).toEqual([['ecr', 'us-east-2', [a]]]);
  });
});

describe('invalid entries', () => {
  const nothingDone = (main: StepResult) => {
    expect([main.exitCode, main.errors.length, main.outputs]).toEqual([1, 1, {}]);
    expect([...world.agent.requests, ...world.aws.requests, ...main.toolRuns]).toEqual([]);
  };

  test('are all named in one error with the other invalid inputs, each with its reason', async () => {
    const bad = ['12345678901', '1.23e+11', 'ghcr.io', `${host(a, 'eu-west-1')}.example.com`, '$(id)', '::x'];
    const main = await logIn([a, ...bad].join('\n'), { 'aws-region': 'europe' });
    nothingDone(main);
    const lines = main.errors[0]?.split('\n') ?? [];
    for (const [index, entry] of bad.entries()) {
      expect(lines[index]).toMatch(/^Input 'registries': '.*' (has|is) .*\.$/);
      expect(lines[index]).toContain(`'${entry}'`);
    }
    expect(lines[bad.length]).toBe(
      "Input 'aws-region': invalid value 'europe'. Allowed: a region, such as 'eu-west-1'.",
    );
    expect(lines).toHaveLength(bad.length + 1);
  });

  test.each([
    ['two hosts', `${host(a, 'eu-west-1')},${a}.dkr.ecr.cn-north-1.amazonaws.com.cn`, 'eu-west-1'],
    ['a host and an account in the region of the step', `${host(a, 'eu-west-1')},${b}`, 'cn-north-1'],
    ['ECR Public and an account in the region of the step', `public.ecr.aws,${b}`, 'us-gov-west-1'],
  ])('of more than one AWS partition: %s', async (_, registries, region) => {
    const main = await logIn(registries, { 'aws-region': region });
    nothingDone(main);
    expect(main.errors[0]).toMatch(/^Input 'registries': the entries are of more than one AWS partition/);
  });
});

describe('registry-type: public', () => {
  test('means ECR Public alone, and says that registries is not used', async () => {
    const main = await logIn('ghcr.io', { 'registry-type': 'public' }, NO_REGION);
    expect(main.exitCode).toBe(0);
    expect(calls()).toEqual([['ecr-public', 'us-east-1', undefined]]);
    expect(main.log).toContain("Input 'registries': not used, since registry-type is 'public'");
  });

  test('with an empty registries it prints nothing about it', async () => {
    const main = await logIn('', { 'registry-type': 'public' });
    expect(main.log).not.toContain("Input 'registries'");
  });
});
