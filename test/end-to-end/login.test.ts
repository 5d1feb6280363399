import { expect, test } from '@jest/globals';
import { testReal } from '../harness/real-parts.ts';
import {
  FAKE_DOCKER,
  ONE_ERROR,
  QUIET_SUCCESS,
  SUCCESS,
  useWorld,
  world,
} from '../harness/use-world.ts';

useWorld();

testReal('docker')(
  'in a pod with an identity, main logs docker in and sets the outputs, and post logs out',
  async () => {
    const host = await world.registryHost();
    const main = await world.main();

    expect(main).toMatchObject(QUIET_SUCCESS);

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
    expect(post).toMatchObject(SUCCESS);
    expect(world.dockerLogins()).toEqual({});
  },
);

test('the user agent, which CloudTrail shows, has the action, the run and the attempt', async () => {
  await world.main({ tools: FAKE_DOCKER });
  const [call] = world.aws.calls;

  const parts = ['ecr-pod-identity-login/', 'md/run_id#9876543210', 'md/attempt#2'];
  for (const part of parts) expect(call?.userAgent).toContain(part);
});

test('without debug logging, the log names the credentials, the registry and the time left', async () => {
  const main = await world.main({ tools: FAKE_DOCKER, withoutDebugLog: true });

  const host = await world.registryHost();
  for (const words of ['EKS Pod Identity', 'arc-runners/build', host, '12 h'])
    expect(main.log).toContain(words);
  expect(main.log).not.toMatch(/debug/i);
});

test('one error names all invalid inputs, before any call', async () => {
  const inputs = {
    registries: 'one,two',
    'max-attempts': 'three',
    'container-cli': 'docker,/bin/sh',
  };
  // The runner warns of inputs that the action does not have, but passes them on.
  const moreEnv = { INPUT_REGISTRY: 'ghcr.io', INPUT_PASSWORD: 'hunter2-hunter2' };

  const main = await world.main({ moreEnv, inputs, tools: FAKE_DOCKER });
  expect(main).toMatchObject(ONE_ERROR);
  expect(main.outputs).toEqual({});

  const named = ["'one'", "'two'", "'three'", "'/bin/sh'"];
  for (const word of named) expect(main.errors[0]).toContain(word);
  expect(main.stdout).not.toContain('hunter2');
  expect([...world.agent.requests, ...world.aws.requests, ...main.toolRuns]).toEqual([]);

  expect(await world.post(main)).toMatchObject({ exitCode: 0, toolRuns: [] });
});

test('with mask-password: false, the password is not masked, and a warning says so', async () => {
  const main = await world.main({ inputs: { 'mask-password': 'false' }, tools: FAKE_DOCKER });
  const { password = '', token = '' } = world.aws.issued[0] ?? {};

  // GitHub does not pass an output to another job if the output contains a masked value.
  for (const mask of main.masks) expect(`${password} ${token}`).not.toContain(mask);
  expect(main.warnings).toEqual([expect.stringMatching(/not masked.*nor config\.json/)]);
  expect(main.outputs['docker_password']).toBe(password);
});

test('without a file for outputs, the step fails before any login', async () => {
  const main = await world.main({ moreEnv: { GITHUB_OUTPUT: '' }, tools: FAKE_DOCKER });

  expect(main).toMatchObject({ exitCode: 1, toolRuns: [] });
  expect(main.errors.join()).toContain('GITHUB_OUTPUT');
});
