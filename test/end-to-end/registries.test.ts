import { describe, expect } from '@jest/globals';
import { callsOf, denied, ecrError, ecrReply } from '../harness/aws-services.ts';
import { testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { FAKE_DOCKER, useWorld, world } from '../harness/use-world.ts';

// Registries have their real names here: docker reaches them on loopback, and gets in with no password but their region's.
const test = testReal('docker', 'openssl');
useWorld({ realNames: true });

const [a, b] = ['123456789012', '210987654321'];
const host = (accountId: string, region: string) => `${accountId}.dkr.ecr.${region}.amazonaws.com`;
const refusal = (words: string) => ecrError(400, 'AccessDeniedException', words);

/** A step whose environment names no region. */
const NO_REGION = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };

function logIn(registries: string, inputs: Record<string, string> = {}, env = {}): Promise<StepResult> {
  return world.main({ env: { ...world.podIdentityEnv(), ...env }, inputs: { registries, ...inputs } });
}

const calls = () => world.aws.calls.map(({ service, region }) => `${service} ${region}`).sort();
const loggedIn = () => Object.keys(world.dockerLogins()).sort();
const outputName = (kind: string, name: string) => `docker_${kind}_${name.replace(/\W/g, '_')}`;

describe('one step', () => {
  test('logs in to accounts, regions and ECR Public, with one call a region, and post logs out of all', async () => {
    const hosts = [
      host(a, 'eu-central-1'),
      'public.ecr.aws',
      host(b, 'us-west-2'),
      host(b, 'eu-west-1'),
      host(b, 'eu-central-1'),
    ];
    const entries = [
      `https://${hosts[0]}/team/app:1.2`,
      ' public.ecr.aws/alias/base@sha256:'.padEnd(99, '0'),
      `${hosts[2]}, ${b}`,
      `${hosts[0]}/team/other`,
      b,
      `${hosts[4]}/app`,
    ];
    const main = await logIn(entries.join('\n'));
    expect(main).toMatchObject({ exitCode: 0, errors: [] });
    expect(calls()).toEqual(['ecr eu-central-1', 'ecr eu-west-1', 'ecr us-west-2', 'ecr-public us-east-1']);
    expect(world.registry.accepted.toSorted()).toEqual(hosts.toSorted());
    expect(loggedIn()).toEqual(hosts.toSorted());

    expect(JSON.parse(main.outputs['registries'] ?? '')).toEqual(hosts);
    for (const name of hosts) {
      const login = world.registry.logins.find((one) => one.host === name);
      expect(main.outputs[outputName('username', name)]).toBe('AWS');
      expect(main.outputs[outputName('password', name)]).toBe(login?.password);
    }
    for (const name of ['registry', 'docker_username', 'docker_password'])
      expect(main.outputs).not.toHaveProperty(name);

    const post = await world.post(main);
    expect([post.exitCode, loggedIn()]).toEqual([0, []]);
    // Credentials came from the agent once, whatever the number of calls.
    expect(world.agent.requests.length).toBeLessThanOrEqual(2);
  });

  test('makes the calls of all regions at once', async () => {
    world.aws.faults.always('hang');
    const hosts = ['eu-west-1', 'us-east-1', 'us-west-2', 'ap-south-1'].map((region) => host(a, region));
    const main = await world.main({
      inputs: { registries: hosts.join() },
      interrupt: { signal: 'SIGTERM', when: world.aws.seen(4) },
    });
    expect(main.errors.join()).toContain('SIGTERM');
  });

  test('logs in once to a registry that is given twice, and to a host as it is written', async () => {
    const main = await logIn(`${a},${host(a, 'eu-west-1')}/app,${a}.DKR.ECR.us-east-1.amazonaws.com`);
    const hosts = [host(a, 'eu-west-1'), `${a}.DKR.ECR.us-east-1.amazonaws.com`];
    expect(main.toolRuns.map(({ argv }) => argv.at(-1))).toEqual(hosts);
  });
});

describe('a registry that fails', () => {
  const hosts = [host(a, 'eu-west-1'), host(a, 'us-west-2'), host(a, 'ap-south-1')];

  test('for want of a token: the others are logged in to, set and saved, and the step fails', async () => {
    world.aws.faults.always(refusal('not in this region'), callsOf('ecr', 'us-west-2'));
    const main = await logIn(hosts.join(','));
    expect([main.exitCode, main.errors.length]).toEqual([1, 1]);
    expect(main.errors[0]).toContain('not in this region');
    expect(main.errors[0]).toContain('us-west-2');
    const others = [hosts[0], hosts[2]];
    expect(loggedIn()).toEqual(others.toSorted());
    expect(JSON.parse(main.outputs['registries'] ?? '')).toEqual(others);
    const post = await world.post(main);
    expect([post.exitCode, loggedIn()]).toEqual([0, []]);
  });

  test('at its docker login: the others are logged in to, and each failure is named', async () => {
    const rows = [hosts[0], hosts[2]].map((name) => ({
      on: name ?? '',
      stderr: `denied: no ${name}`,
      exitCode: 1,
    }));
    const tools = { docker: [...rows, { exitCode: 0 }] };
    const main = await world.main({ inputs: { registries: hosts.join(',') }, tools });
    expect([main.exitCode, main.errors.length]).toEqual([1, 1]);
    for (const name of [hosts[0], hosts[2]]) expect(main.errors[0]).toContain(`no ${name}`);
    expect(JSON.parse(main.outputs['registries'] ?? '')).toEqual([hosts[1]]);
    expect(main.outputs).not.toHaveProperty('registry');
    expect(Object.keys(main.outputs)).toContain(outputName('password', hosts[1] ?? ''));
  });

  test('in both ways: both are named', async () => {
    world.aws.faults.always(refusal('no west'), callsOf('ecr', 'us-west-2'));
    const tools = {
      docker: [{ on: hosts[0] ?? '', stderr: 'denied: no entry', exitCode: 1 }, { exitCode: 0 }],
    };
    const main = await world.main({ inputs: { registries: hosts.join(',') }, tools });
    for (const words of ['no west', 'no entry']) expect(main.errors[0]).toContain(words);
    expect(JSON.parse(main.outputs['registries'] ?? '')).toEqual([hosts[2]]);
  });

  test('as all others do: no output, no tool run', async () => {
    world.aws.faults.always(denied('ecr:GetAuthorizationToken'));
    const main = await logIn(hosts.join(','));
    expect(main.errors[0]).toContain('is not authorized to perform');
    expect([main.exitCode, main.outputs, main.toolRuns]).toEqual([1, {}, []]);
  });

  test('as its account is mistyped: it alone', async () => {
    const mistyped = '123456789021';
    const isThere = (name: string) => !name.startsWith(mistyped);
    world.registry.faults.always({ status: 404 }, ({ headers }) => !isThere(headers.host ?? ''));
    const main = await logIn(`${mistyped},${b}`, { 'max-attempts': '1' });
    expect(main.errors[0]).toContain(host(mistyped, 'eu-west-1'));
    expect(loggedIn()).toEqual([host(b, 'eu-west-1')]);
  });
});

describe('expires-at', () => {
  test('is when the first password expires, and the log has the time left', async () => {
    const authorizationToken = Buffer.from('AWS:password-of-one-hour').toString('base64');
    const expiresAt = Math.floor(Date.now() / 1000) + 3600;
    const authorizationData = [
      { authorizationToken, expiresAt, proxyEndpoint: `https://${host(a, 'us-west-2')}` },
    ];
    world.aws.faults.always(ecrReply({ authorizationData }), callsOf('ecr', 'us-west-2'));
    const inputs = { registries: [host(a, 'eu-west-1'), host(a, 'us-west-2')].join(',') };
    const main = await world.main({ inputs, tools: FAKE_DOCKER });
    expect(Date.parse(main.outputs['expires-at'] ?? '')).toBe(expiresAt * 1000);
    expect(main.log).toContain(`until ${main.outputs['expires-at']}`);
  });
});

describe('the region of accounts and of the default registry', () => {
  test.each([
    ['the input', { 'aws-region': 'ap-south-1' }, {}, 'ap-south-1'],
    ['AWS_REGION', {}, { AWS_REGION: 'us-east-2', AWS_DEFAULT_REGION: 'us-west-1' }, 'us-east-2'],
    ['AWS_DEFAULT_REGION', {}, { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-1' }, 'us-west-1'],
    ["the profile's", {}, { ...NO_REGION, AWS_PROFILE: 'team' }, 'eu-south-2'],
  ])('%s', async (_, inputs, env, region) => {
    world.writeHome('.aws/config', '[profile team]\nregion = eu-south-2\n');
    for (const [registries, account] of [
      ['', a],
      [b, b],
    ] as const) {
      const main = await world.main({
        env: { ...world.podIdentityEnv(), ...env },
        inputs: { registries, ...inputs },
        tools: FAKE_DOCKER,
      });
      expect(main.errors).toEqual([]);
      expect(main.outputs['registry']).toBe(host(account, region));
    }
  });

  test('is not needed if every entry names its host or is public', async () => {
    const main = await logIn(`${host(a, 'us-east-2')},public.ecr.aws`, {}, NO_REGION);
    expect([main.errors, loggedIn().length]).toEqual([[], 2]);
  });

  test('that is not set is an error with what can set it, before any call', async () => {
    const main = await logIn(`public.ecr.aws,${a}`, {}, NO_REGION);
    for (const word of ['aws-region', 'AWS_REGION', 'AWS_DEFAULT_REGION'])
      expect(main.errors[0]).toContain(word);
    expect([...world.agent.requests, ...world.aws.requests]).toEqual([]);
  });
});

describe('registry-type', () => {
  test('public: ECR Public alone; registries is ignored, which the log says', async () => {
    const main = await logIn('ghcr.io', { 'registry-type': 'public' }, NO_REGION);
    expect([main.exitCode, calls(), loggedIn()]).toEqual([0, ['ecr-public us-east-1'], ['public.ecr.aws']]);
    expect(main.outputs).toMatchObject({
      registry: 'public.ecr.aws',
      docker_password: world.aws.issued[0]?.password,
    });
    expect(main.log).toContain("'registries'");
    expect(main.log).toMatch(/endpoint of ECR PUBLIC.*localhost/);
    const post = await world.post(main);
    expect([post.exitCode, loggedIn()]).toEqual([0, []]);
  });
});

describe('a response of ECR', () => {
  const answers = (body: unknown) => world.aws.faults.always({ status: 200, body: JSON.stringify(body) });
  const token = Buffer.from('AWS:password-of-no-registry').toString('base64');

  test.each([
    [
      'that names a host which is not one of ECR',
      { proxyEndpoint: 'https://ghcr.io', authorizationToken: token },
    ],
    [
      'whose host only begins as one of ECR',
      { proxyEndpoint: `https://${a}.dkr.ecr.evil.example`, authorizationToken: token },
    ],
    ['without a token', { proxyEndpoint: `https://${host(a, 'eu-west-1')}` }],
  ])('%s is refused before any login, also with a custom endpoint', async (_, data) => {
    answers({ authorizationData: [data] });
    const main = await world.main({ tools: FAKE_DOCKER });
    expect([main.exitCode, main.errors.length, main.toolRuns, main.outputs]).toEqual([1, 1, [], {}]);
  });

  test('from a custom endpoint names a registry below that endpoint, as emulators do; the log names the endpoint', async () => {
    answers({
      authorizationData: [{ proxyEndpoint: `http://${a}.localhost:4566`, authorizationToken: token }],
    });
    const main = await world.main({ tools: FAKE_DOCKER });
    expect([main.exitCode, main.outputs['registry']]).toEqual([0, `${a}.localhost:4566`]);
    expect(main.log).toMatch(/endpoint.*localhost/);
  });
});

describe('an emulator on loopback', () => {
  useWorld();

  test('serves one registry; of several accounts the error says so', async () => {
    const one = await world.main({ inputs: { registries: b }, tools: FAKE_DOCKER });
    expect([one.errors, one.outputs['registry']]).toEqual([[], await world.registryHost()]);
    const inputs = { registries: `${a},${b}` };
    const two = await world.main({ inputs, tools: FAKE_DOCKER });
    expect([two.exitCode, two.errors.join()]).toEqual([
      1,
      expect.stringContaining(await world.registryHost()),
    ]);
  });
});
