import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { harness } from '../harness/paths.ts';
import { useWorld } from '../harness/use-world.ts';
import { TOOLS } from '../harness/usual.ts';

const NO_PASSWD = { NODE_OPTIONS: `--require=${join(harness, 'no-passwd.cjs')}` };

const world = useWorld();

const logIn = (env: Record<string, string | undefined>, tool: string, inputs: Record<string, string> = {}) =>
  world.main({
    env: { ...world.podIdentityEnv(), ...NO_PASSWD, ...env },
    inputs: { 'container-cli': tool, ...inputs },
    tools: tool === 'config-file' ? {} : { [tool]: { exitCode: 0 } },
  });

/** Expects one error, in its three parts, and none of node's words for a missing home. */
function expectSaid(errors: readonly string[], remedy: string): void {
  expect(errors).toEqual([
    expect.stringMatching(/^The user of this step has no home directory: .*\nLikely cause: /),
  ]);
  expect(errors[0]).toContain('What to do: Set HOME to a directory');
  expect(errors[0]).toContain(`${remedy} says where the logins go`);
  expect(errors[0]).not.toMatch(/uv_os/);
}

test.each([
  ['an entry in passwd', {}],
  ['none', NO_PASSWD],
])('an empty HOME, with %s, does not let a checkout decide which credentials are used', async (_, env) => {
  // The folder of the world's first step.
  const checkout = join(world.directory, 'step-0');
  mkdirSync(join(checkout, '.aws'), { recursive: true });
  const process = 'credential_process = /bin/false';
  writeFileSync(join(checkout, '.aws', 'config'), `[default]\n${process}\n[profile ci]\n${process}\n`);
  const main = await world.main({
    env: { ...world.podIdentityEnv(), HOME: '', AWS_PROFILE: 'ci', DOCKER_CONFIG: world.directory, ...env },
    tools: TOOLS,
  });
  expect(main.errors.join()).toContain("Profile 'ci' of AWS_PROFILE does not exist.");
});

describe('a user without a home and without an entry in passwd', () => {
  test.each([
    ['HOME is not set', {}],
    ['nor a region', { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined }],
    ['a profile is named', { AWS_PROFILE: 'ci' }],
  ])('is told so before any call: %s', async (_what, env) => {
    const main = await logIn({ HOME: undefined, ...env }, 'docker');
    expectSaid(main.errors, 'DOCKER_CONFIG');
    expect(main.log).toContain('✗ Container client: failed, see below');
    expect([...world.agent.requests, ...world.aws.requests]).toEqual([]);
  });

  test.each([
    ['docker', 'DOCKER_CONFIG', {}],
    ['config-file', 'DOCKER_CONFIG', {}],
    ['docker', 'DOCKER_CONFIG', { 'isolate-docker-config': 'true' }],
    ['helm', 'HELM_REGISTRY_CONFIG', {}],
  ])('is told so, if HOME is empty, for %s, with %s as the alternative', async (tool, instead, inputs) => {
    const main = await logIn({ HOME: '' }, tool, inputs);
    expectSaid(main.errors, instead);
    expect(main.toolRuns).toEqual([]);
  });

  test('is told so for podman in an isolated step, with REGISTRY_AUTH_FILE as the alternative', async () => {
    const env = { HOME: '', DOCKER_CONFIG: join(world.directory, 'docker') };
    const main = await logIn(env, 'podman', { 'isolate-docker-config': 'true' });
    expectSaid(main.errors, 'REGISTRY_AUTH_FILE');
  });

  test('can log in with any of the variables that the error names', async () => {
    const places = { DOCKER_CONFIG: 'docker', HELM_REGISTRY_CONFIG: 'helm/registry.json', HOME: 'home' };
    for (const [name, path] of Object.entries(places)) {
      const tool = name.startsWith('HELM') ? 'helm' : 'docker';
      const main = await logIn({ HOME: '', [name]: join(world.directory, path) }, tool);
      expect([main.exitCode, main.errors]).toEqual([0, []]);
      const post = await world.post(main);
      expect([post.exitCode, post.errors]).toEqual([0, []]);
    }
  });
});
