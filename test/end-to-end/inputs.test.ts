import { describe, expect, test } from '@jest/globals';
import { describeReal } from '../harness/real-parts.ts';
import { useWorld } from '../harness/use-world.ts';
import { TOOLS } from '../harness/usual.ts';

const world = useWorld();

describe('an invalid value is an error before any call, by name', () => {
  test.each([
    [
      'registry-type',
      'protected',
      ["Input 'registry-type': invalid value 'protected'", "'private', 'public'"],
    ],
    [
      'registries',
      '12345678901',
      ["Input 'registries'", '12345678901', 'has 11 digits, not the 12 of an account ID'],
    ],
    ['registries', '123456789012,abc', ["Input 'registries'", "'abc'"]],
    ['registries', '$(touch pwned)', ["'$(touch pwned)'"]],
  ])('%s: %s', async (input, value, words) => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs: { [input]: value }, tools: TOOLS });
    expect(main.exitCode).toBe(1);
    expect(main.errors).toHaveLength(1);
    for (const word of words) expect(main.errors[0]).toContain(word);
    expect([...world.agent.requests, ...world.aws.requests, ...main.toolRuns]).toEqual([]);
    expect(main.outputs).toEqual({});
    const post = await world.post(main);
    expect([post.exitCode, post.toolRuns]).toEqual([0, []]);
  });

  test('all invalid values are in one error', async () => {
    const inputs = { 'registry-type': '', registries: 'one,two' };
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools: TOOLS });
    expect(main.errors[0]).toContain("'one'");
    expect(main.errors[0]).toContain("'two'");
  });
});

test('inputs of docker/login-action are an error before any call, without their values', async () => {
  // The runner hands inputs on that the action does not have, with no more than a warning.
  const given = { INPUT_REGISTRY: 'ghcr.io', INPUT_USERNAME: 'me', INPUT_PASSWORD: 'hunter2-hunter2' };
  const main = await world.main({ env: { ...world.podIdentityEnv(), ...given }, tools: TOOLS });
  expect(main.exitCode).toBe(1);
  const [error = ''] = main.errors;
  expect(error.split('\n').map((line) => line.slice(0, line.indexOf(': ')))).toEqual([
    "Input 'registry'",
    "Input 'username'",
    "Input 'password'",
  ]);
  expect(main.stdout).not.toContain('hunter2');
  expect([...world.agent.requests, ...world.aws.requests, ...main.toolRuns]).toEqual([]);
});

describeReal('mask-password', ['docker'], () => {
  test.each(['true', 'TRUE', ''])('%j masks', async (value) => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs: { 'mask-password': value } });
    expect(main.masks).toContain(world.aws.issued[0]?.password);
    expect(main.warnings).toEqual([]);
  });

  test.each(['false', 'False'])('%j leaves the password readable, with one warning', async (value) => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs: { 'mask-password': value } });
    const { password, token } = world.aws.issued[0] ?? {};
    expect(main.masks).not.toContain(password);
    expect(main.masks).toContain(token);
    expect(main.warnings).toEqual([expect.stringContaining('password is not masked')]);
    expect(Object.values(main.outputs)).toContain(password);
  });

  test('anything else masks, with a warning that names it', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs: { 'mask-password': 'no' } });
    expect(main.exitCode).toBe(0);
    expect(main.masks).toContain(world.aws.issued[0]?.password);
    expect(main.warnings).toEqual([expect.stringContaining("'mask-password': invalid value 'no'")]);
  });

  test('the login as docker stores it is masked, too', async () => {
    const main = await world.main({ env: world.podIdentityEnv() });
    for (const { auth } of Object.values(world.dockerLogins())) expect(main.masks).toContain(auth);
  });
});

describeReal('skip-logout', ['docker'], () => {
  test.each(['true', 'True'])('%j: post does nothing', async (value) => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs: { 'skip-logout': value } });
    const post = await world.post(main);
    expect([post.exitCode, post.toolRuns]).toEqual([0, []]);
    expect(Object.keys(world.dockerLogins())).toHaveLength(1);
  });

  test.each(['false', 'FALSE', ''])('%j: post logs out', async (value) => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs: { 'skip-logout': value } });
    await world.post(main);
    expect(world.dockerLogins()).toEqual({});
  });

  test('anything else logs out, with a warning that names it', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), inputs: { 'skip-logout': 'yes' } });
    expect(main.warnings).toEqual([expect.stringContaining("'skip-logout': invalid value 'yes'")]);
    await world.post(main);
    expect(world.dockerLogins()).toEqual({});
  });
});
