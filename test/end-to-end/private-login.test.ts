import { describe, expect } from '@jest/globals';
import { PRODUCT } from '../../src/runner/product.ts';
import { testReal } from '../harness/real-parts.ts';
import { useWorld } from '../harness/use-world.ts';

const test = testReal('docker');
const world = useWorld();

const passwordFor = (accountId: string) =>
  world.aws.issued.find(({ registry }) => registry !== 'public' && registry.accountId === accountId)
    ?.password;

describe('a pod with an identity', () => {
  test('logs docker in to its own registry, sets the outputs, and post logs out', async () => {
    const host = await world.registryHost();
    const main = await world.main({ env: world.podIdentityEnv() });

    expect(main.exitCode).toBe(0);
    expect(main.errors).toEqual([]);
    expect(main.warnings).toEqual([]);
    const suffix = host.replace(/\W+/g, '_');
    expect(main.outputs).toEqual({
      registry: host,
      registries: JSON.stringify([host]),
      'expires-at': expect.any(String),
      [`docker_username_${suffix}`]: 'AWS',
      [`docker_password_${suffix}`]: passwordFor(world.accountId),
    });
    expect((await world.registry()).accepted).toHaveLength(1);
    expect(Object.keys(world.dockerLogins())).toEqual([host]);
    expect(main.log).toContain('Using credentials from EKS Pod Identity');

    const post = await world.post(main);
    expect(post.exitCode).toBe(0);
    expect(world.dockerLogins()).toEqual({});
    expect(post.outputs).toEqual({});
  });

  test('names itself, the run and the attempt in what CloudTrail keeps', async () => {
    await world.main({ env: world.podIdentityEnv() });
    const [call] = world.aws.calls;
    expect(call?.userAgent).toContain(`${PRODUCT.name}/${PRODUCT.version}`);
    expect(call?.userAgent).toContain('md/run_id#9876543210');
    expect(call?.userAgent).toContain('md/attempt#2');
  });
});

describe('registries', () => {
  test.each([
    ['one account', '210987654321', ['210987654321']],
    ['two accounts', '123456789012,210987654321', ['123456789012', '210987654321']],
    ['leading zeros', '000000000012', ['000000000012']],
    [
      'spaces, line breaks, empty entries, repeats',
      ' 210987654321 ,\n,123456789012\n210987654321',
      ['210987654321', '123456789012'],
    ],
  ])('%s', async (_, registries, accounts) => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs: { registries } });
    expect(main.exitCode).toBe(0);
    expect(world.aws.calls.map((call) => call.registryIds)).toEqual([accounts]);
    const hosts = await Promise.all(accounts.map((accountId) => world.registryHost(accountId)));
    expect(Object.keys(world.dockerLogins()).sort()).toEqual([...hosts].sort());
    expect(main.outputs['registry']).toBe(hosts.length === 1 ? hosts[0] : undefined);
    for (const [index, host] of hosts.entries()) {
      const suffix = host.replace(/\W+/g, '_');
      expect(main.outputs[`docker_username_${suffix}`]).toBe('AWS');
      expect(main.outputs[`docker_password_${suffix}`]).toBe(passwordFor(accounts[index] ?? ''));
    }
    const logins = main.toolRuns.map(({ argv }) => argv);
    expect(logins).toEqual(hosts.map((host) => ['login', '--username', 'AWS', '--password-stdin', host]));
    const post = await world.post(main);
    expect(post.toolRuns.map(({ argv }) => argv)).toEqual(hosts.map((host) => ['logout', host]));
    expect(world.dockerLogins()).toEqual({});
  });

  test('none: asks without IDs', async () => {
    await world.main({ env: world.podIdentityEnv() });
    expect(world.aws.calls.map(({ registryIds }) => registryIds)).toEqual([undefined]);
  });
});

describe('the credentials used', () => {
  const keys = () => world.keysEnv();
  const pod = () => world.podIdentityEnv();
  test.each([
    ['keys alone', keys, 'keys'],
    ['the pod alone', pod, 'pod'],
    ['keys win over the pod', () => ({ ...pod(), ...keys() }), 'keys'],
    [
      'blanked keys leave it to the pod',
      () => ({ ...pod(), AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }),
      'pod',
    ],
    [
      'half a key leaves it to the pod',
      () => ({ ...pod(), AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' }),
      'pod',
    ],
    [
      'keys where the address is blanked',
      () => ({ ...pod(), ...keys(), AWS_CONTAINER_CREDENTIALS_FULL_URI: '' }),
      'keys',
    ],
  ] as const)('%s', async (_, env, signer) => {
    const main = await world.main({ env: env() });
    expect(main.exitCode).toBe(0);
    expect(world.aws.calls.map((call) => call.signer)).toEqual([world.identities[signer]]);
    if (signer === 'keys') expect(world.agent.requests).toEqual([]);
  });

  test('neither: the default chain, as far as the instance metadata', async () => {
    const main = await world.main({ env: await world.startInstanceMetadata() });
    expect(main.exitCode).toBe(0);
    expect(world.aws.calls.map((call) => call.signer)).toEqual([world.identities.node]);
    expect(main.log).toContain('Using credentials from');
  });

  test('a blanked address goes to the default chain', async () => {
    const env = { ...(await world.startInstanceMetadata()), AWS_CONTAINER_CREDENTIALS_FULL_URI: '' };
    expect((await world.main({ env })).exitCode).toBe(0);
    expect(world.aws.calls[0]?.signer).toBe(world.identities.node);
  });
});
