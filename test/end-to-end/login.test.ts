import { expect, test } from '@jest/globals';
import { testReal } from '../harness/real-parts.ts';
import { FAKE_DOCKER, useWorld, world } from '../harness/use-world.ts';

const withDocker = testReal('docker');
useWorld();

withDocker(
  'a pod with an identity: docker is logged in, outputs are set, and post logs out',
  async () => {
    const host = await world.registryHost();
    const main = await world.main();

    expect(main).toMatchObject({ exitCode: 0, errors: [], warnings: [] });

    const [{ password, token } = { password: '', token: '' }] = world.aws.issued;
    const suffix = host.replace(/\W/g, '_');
    expect(main.outputs).toEqual({
      registry: host,
      registries: JSON.stringify([host]),
      'expires-at': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      docker_username: 'AWS',
      docker_password: password,
      [`docker_username_${suffix}`]: 'AWS',
      [`docker_password_${suffix}`]: password,
    });
    expect(main.masks).toContain(password);
    expect(world.registry.accepted).toEqual([host]);
    expect(world.dockerLogins()).toEqual({ [host]: { auth: token } });

    const post = await world.post(main);
    expect([post.exitCode, post.errors, world.dockerLogins()]).toEqual([0, [], {}]);
  },
);

test('CloudTrail shows the action, the run and the attempt', async () => {
  await world.main({ tools: FAKE_DOCKER });
  const [call] = world.aws.calls;

  const parts = ['ecr-pod-identity-login/', 'md/run_id#9876543210', 'md/attempt#2'];
  for (const part of parts) expect(call?.userAgent).toContain(part);
});

test('the log of a job without debug logging tells the credentials, the account, the registry and the time', async () => {
  const main = await world.main({ tools: FAKE_DOCKER, withoutDebugLog: true });

  const told = ['EKS Pod Identity', 'arc-runners/build', await world.registryHost(), '12 h'];
  for (const words of told) expect(main.log).toContain(words);
  expect(main.log).not.toMatch(/debug/i);
});

test('invalid inputs are in one error before any call', async () => {
  const inputs = {
    registries: 'one,two',
    'max-attempts': 'three',
    'container-cli': 'docker,/bin/sh',
  };
  // The runner hands on inputs that the action does not have, with a warning of its own.
  const moreEnv = { INPUT_REGISTRY: 'ghcr.io', INPUT_PASSWORD: 'hunter2-hunter2' };

  const main = await world.main({ moreEnv, inputs, tools: FAKE_DOCKER });
  expect([main.exitCode, main.errors.length, main.outputs]).toEqual([1, 1, {}]);

  const named = ["'one'", "'two'", "'three'", "'/bin/sh'"];
  for (const word of named) expect(main.errors[0]).toContain(word);
  expect(main.stdout).not.toContain('hunter2');
  expect([...world.agent.requests, ...world.aws.requests, ...main.toolRuns]).toEqual([]);

  const post = await world.post(main);
  expect([post.exitCode, post.toolRuns]).toEqual([0, []]);
});

test('mask-password: false leaves the password readable for another job, with a warning', async () => {
  const main = await world.main({ inputs: { 'mask-password': 'false' }, tools: FAKE_DOCKER });
  const { password = '', token = '' } = world.aws.issued[0] ?? {};

  // GitHub drops outputs that contain a masked value, config.json among them.
  for (const mask of main.masks) expect(`${password} ${token}`).not.toContain(mask);
  expect(main.warnings).toEqual([expect.stringMatching(/not masked.*nor config\.json/)]);
  expect(main.outputs['docker_password']).toBe(password);
});

withDocker('skip-logout: post leaves the client logged in', async () => {
  const main = await world.main({ inputs: { 'skip-logout': 'true' } });
  const post = await world.post(main);

  expect([post.exitCode, post.toolRuns]).toEqual([0, []]);
  expect(world.loggedIn()).toHaveLength(1);
});

test('without a file for outputs the step fails before any login, and prints no password', async () => {
  const main = await world.main({ moreEnv: { GITHUB_OUTPUT: '' }, tools: FAKE_DOCKER });

  expect(main.exitCode).toBe(1);
  expect(main.errors.join()).toContain('GITHUB_OUTPUT');
  expect(main.toolRuns).toEqual([]);
});
