import { describe, expect, test } from '@jest/globals';
import { testReal } from '../harness/real-parts.ts';
import { FAKE_DOCKER, useWorld, world } from '../harness/use-world.ts';

const withDocker = testReal('docker');
useWorld();

withDocker('a pod with an identity: docker is logged in, outputs are set, and post logs out', async () => {
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
});

test('CloudTrail shows the action, the run and the attempt', async () => {
  await world.main({ tools: FAKE_DOCKER });
  const [call] = world.aws.calls;
  for (const words of ['ecr-pod-identity-login/', 'md/run_id#9876543210', 'md/attempt#2']) {
    expect(call?.userAgent).toContain(words);
  }
});

test('the log of a job without debug logging tells the credentials, the account, the registry and the time', async () => {
  const main = await world.main({ tools: FAKE_DOCKER, isQuiet: true });
  for (const words of ['EKS Pod Identity', 'arc-runners/build', await world.registryHost(), '12 h']) {
    expect(main.log).toContain(words);
  }
  expect(main.log).not.toMatch(/debug/i);
});

describe('an invalid input', () => {
  test.each([
    ['registry-type', 'protected', ["'private'", "'public'"]],
    ['container-cli', 'docker,/bin/sh', ["'/bin/sh'", 'skopeo', 'config-file']],
    ['registries', '123456789012,ghcr.io', ["'ghcr.io'"]],
  ])('%s: %s is an error before any call, with what is allowed', async (input, value, words) => {
    const main = await world.main({ inputs: { [input]: value }, tools: FAKE_DOCKER });
    expect([main.exitCode, main.errors.length, main.outputs]).toEqual([1, 1, {}]);
    for (const word of [`'${input}'`, ...words]) expect(main.errors[0]).toContain(word);
    expect([...world.agent.requests, ...world.aws.requests, ...main.toolRuns]).toEqual([]);
    const post = await world.post(main);
    expect([post.exitCode, post.toolRuns]).toEqual([0, []]);
  });

  test('is in one error with all others', async () => {
    const inputs = { registries: 'one,two', 'max-attempts': 'three', 'container-cli': 'four' };
    const main = await world.main({ inputs, tools: FAKE_DOCKER });
    expect(main.errors).toHaveLength(1);
    for (const word of ["'one'", "'two'", "'three'", "'four'"]) expect(main.errors[0]).toContain(word);
  });

  test('of docker/login-action is named with what replaces it, and its value is not shown', async () => {
    // The runner hands on inputs that the action does not have, with no more than a warning.
    const given = { INPUT_REGISTRY: 'ghcr.io', INPUT_USERNAME: 'me', INPUT_PASSWORD: 'hunter2-hunter2' };
    const main = await world.main({ env: { ...world.podIdentityEnv(), ...given }, tools: FAKE_DOCKER });
    expect(main.exitCode).toBe(1);
    for (const word of ["'registry'", "'username'", "'password'", 'registries']) {
      expect(main.errors.join()).toContain(word);
    }
    expect(main.stdout).not.toContain('hunter2');
    expect(world.agent.requests).toEqual([]);
  });
});

describe('mask-password', () => {
  const mask = (value: string) => world.main({ inputs: { 'mask-password': value }, tools: FAKE_DOCKER });

  test('false leaves the password readable for another job, with a warning', async () => {
    const main = await mask('false');
    const { password, token } = world.aws.issued[0] ?? {};
    expect(main.masks).not.toContain(password);
    expect(main.masks).toContain(token);
    expect(main.warnings).toEqual([expect.stringContaining('not masked')]);
    expect(main.outputs['docker_password']).toBe(password);
  });

  test('anything else masks, with a warning that names it', async () => {
    const main = await mask('no');
    expect(main.masks).toContain(world.aws.issued[0]?.password);
    expect(main.warnings).toEqual([expect.stringContaining("'no'")]);
  });
});

withDocker('skip-logout: post leaves the client logged in', async () => {
  const main = await world.main({ inputs: { 'skip-logout': 'true' } });
  const post = await world.post(main);
  expect([post.exitCode, post.toolRuns]).toEqual([0, []]);
  expect(Object.keys(world.dockerLogins())).toHaveLength(1);
});

test('without a file for outputs the step fails before any login, and prints no password', async () => {
  const main = await world.main({
    env: { ...world.podIdentityEnv(), GITHUB_OUTPUT: '' },
    tools: FAKE_DOCKER,
  });
  expect([main.exitCode, main.errors.join()]).toEqual([1, expect.stringContaining('GITHUB_OUTPUT')]);
  expect(main.toolRuns).toEqual([]);
});
