import { describe, expect } from '@jest/globals';
import { callsOf, ecrError, ecrReply } from '../harness/aws-services.ts';
import { testReal } from '../harness/real-parts.ts';
import { ecrHost, FAKE_DOCKER, ONE_ERROR, SUCCESS, useWorld, world } from '../harness/use-world.ts';

// Registries have their real names here: docker reaches them on loopback, and gets in with no
// password but their region's.
const test = testReal('docker', 'openssl');
useWorld({ realNames: true });

const [a, b] = ['123456789012', '210987654321'] as const;

/** A step whose environment names no region. */
const NO_REGION = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };

const logIn = (registries: string, inputs = {}, moreEnv = {}) =>
  world.main({ moreEnv, inputs: { registries, ...inputs } });

const calls = () => world.aws.calls.map(({ service, region }) => `${service} ${region}`).sort();
const outputName = (kind: string, name: string) => `docker_${kind}_${name.replace(/\W/g, '_')}`;

describe('one step', () => {
  test('logs in to several accounts and regions and to ECR Public, with one call for each region', async () => {
    const hosts = [
      ecrHost(a, 'eu-central-1'),
      'public.ecr.aws',
      ecrHost(b, 'us-west-2'),
      ecrHost(b, 'eu-west-1'),
      ecrHost(b, 'eu-central-1'),
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
    expect(main).toMatchObject(SUCCESS);
    expect(calls()).toEqual([
      'ecr eu-central-1',
      'ecr eu-west-1',
      'ecr us-west-2',
      'ecr-public us-east-1',
    ]);
    expect(world.registry.accepted.toSorted()).toEqual(hosts.toSorted());
    expect(world.loggedIn()).toEqual(hosts.toSorted());

    expect(JSON.parse(main.outputs['registries'] ?? '')).toEqual(hosts);
    for (const name of hosts) {
      const login = world.registry.logins.find((one) => one.host === name);
      expect(main.outputs[outputName('username', name)]).toBe('AWS');
      expect(main.outputs[outputName('password', name)]).toBe(login?.password);
    }
    for (const name of ['registry', 'docker_username', 'docker_password']) {
      expect(main.outputs).not.toHaveProperty(name);
    }

    const post = await world.post(main);
    expect(post.exitCode).toBe(0);
    expect(world.loggedIn()).toEqual([]);
    // Credentials came from the agent once, whatever the number of calls.
    expect(world.agent.requests.length).toBeLessThanOrEqual(2);
  });

  test('makes the calls of all regions at once', async () => {
    world.aws.faults.always('hang');
    const regions = ['eu-west-1', 'us-east-1', 'us-west-2', 'ap-south-1'];
    const hosts = regions.map((region) => ecrHost(a, region));

    const main = await world.main({
      inputs: { registries: hosts.join() },
      interrupt: { signal: 'SIGTERM', when: world.aws.seen(4) },
    });

    expect(main.errors.join()).toContain('SIGTERM');
  });

  test('logs in once to a registry that is given twice, and keeps the case of a host', async () => {
    const hosts = [ecrHost(a, 'eu-west-1'), `${a}.DKR.ECR.us-east-1.amazonaws.com`];
    const main = await logIn(`${a},${hosts[0]}/app,${hosts[1]}`);

    expect(main.toolRuns.map(({ argv }) => argv.at(-1))).toEqual(hosts);
  });
});

describe('a failure', () => {
  const hosts = ['eu-west-1', 'us-west-2', 'ap-south-1'].map((region) => ecrHost(a, region));
  const [first = '', second = '', third = ''] = hosts;
  const registries = hosts.join();

  test('to get a token of one region fails the step, but not the logins to other registries', async () => {
    world.aws.faults.always(
      ecrError(400, 'AccessDeniedException', 'no west'),
      callsOf('ecr', 'us-west-2'),
    );
    const main = await logIn(registries);

    expect(main).toMatchObject(ONE_ERROR);
    for (const words of ['no west', 'us-west-2']) expect(main.errors[0]).toContain(words);
    expect(world.loggedIn()).toEqual([third, first]);
    expect(JSON.parse(main.outputs['registries'] ?? '')).toEqual([first, third]);

    const post = await world.post(main);
    expect(post.exitCode).toBe(0);
    expect(world.loggedIn()).toEqual([]);
  });

  test('to log docker in is named, and does not stop the logins to other registries', async () => {
    const denials = [first, third].map((on) => ({ on, stderr: `denied: no ${on}`, exitCode: 1 }));
    const main = await world.main({
      inputs: { registries },
      tools: { docker: [...denials, { exitCode: 0 }] },
    });

    expect(main).toMatchObject(ONE_ERROR);
    for (const name of [first, third]) expect(main.errors[0]).toContain(`no ${name}`);
    expect(JSON.parse(main.outputs['registries'] ?? '')).toEqual([second]);
    expect(main.outputs).not.toHaveProperty('registry');
    expect(main.outputs).toHaveProperty([outputName('password', second)]);
  });
});

describe('expires-at', () => {
  test('is when the first password expires, and the log has the time left', async () => {
    const authorizationToken = Buffer.from('AWS:password-of-one-hour').toString('base64');
    const expiresAt = Math.floor(Date.now() / 1000) + 3600;
    const proxyEndpoint = `https://${ecrHost(a, 'us-west-2')}`;
    const authorizationData = [{ authorizationToken, expiresAt, proxyEndpoint }];
    world.aws.faults.always(ecrReply({ authorizationData }), callsOf('ecr', 'us-west-2'));

    const inputs = { registries: [ecrHost(a, 'eu-west-1'), ecrHost(a, 'us-west-2')].join() };
    const main = await world.main({ inputs, tools: FAKE_DOCKER });

    expect(Date.parse(main.outputs['expires-at'] ?? '')).toBe(expiresAt * 1000);
    expect(main.log).toContain(`until ${main.outputs['expires-at']}`);
  });
});

describe('the region of accounts and of the default registry', () => {
  test.each([
    ['the input', { 'aws-region': 'eu-south-2' }, {}],
    ['the profile', {}, { ...NO_REGION, AWS_PROFILE: 'team' }],
  ])('can come from %s', async (_, inputs, env) => {
    world.writeHome('.aws/config', '[profile team]\nregion = eu-south-2\n');

    for (const account of [a, b]) {
      const main = await logIn(account === a ? '' : account, inputs, env);
      expect(main.errors).toEqual([]);
      expect(main.outputs['registry']).toBe(ecrHost(account, 'eu-south-2'));
    }
  });
});

describe('registry-type', () => {
  test('public logs in to ECR Public alone, and registries is ignored', async () => {
    const main = await logIn('ghcr.io', { 'registry-type': 'public' }, NO_REGION);
    expect(main.exitCode).toBe(0);
    expect(calls()).toEqual(['ecr-public us-east-1']);
    expect(world.loggedIn()).toEqual(['public.ecr.aws']);
    expect(main.outputs).toMatchObject({
      registry: 'public.ecr.aws',
      docker_password: world.aws.issued[0]?.password,
    });
    expect(main.log).toMatch(/endpoint of ECR PUBLIC.*localhost/);

    const post = await world.post(main);
    expect(post.exitCode).toBe(0);
    expect(world.loggedIn()).toEqual([]);
  });
});

test('a response of ECR that does not name a plain host is refused before any login', async () => {
  const authorizationToken = Buffer.from('AWS:password-of-no-registry').toString('base64');
  const proxyEndpoint = `https://${a}.dkr.ecr.example/path`;
  const authorizationData = [{ proxyEndpoint, authorizationToken }];
  world.aws.faults.always(ecrReply({ authorizationData }));

  const main = await world.main({ tools: FAKE_DOCKER });
  expect(main).toMatchObject({ ...ONE_ERROR, toolRuns: [] });
  expect(main.outputs).toEqual({});
});
