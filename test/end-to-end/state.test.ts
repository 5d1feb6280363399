import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { failingFiles } from '../harness/faults-of-files.ts';
import { testReal } from '../harness/real-parts.ts';
import { useWorld } from '../harness/use-world.ts';
import { TOOLS } from '../harness/usual.ts';

const world = useWorld();

describe("state that a step has planted in the job's environment", () => {
  /** Plants state that would log out of another registry, remove directories, and run another docker. */
  function plantedState(): Record<string, string> {
    const login = { tool: 'docker', registry: 'planted.example', variables: { PATH: world.directory } };
    const isolation = { directory: world.home, isFirst: true, moved: [] };
    return {
      STATE_stage: 'post',
      STATE_logins: '1',
      STATE_login_1: JSON.stringify(login),
      STATE_isolation: JSON.stringify(isolation),
      STATE_draft: join(world.home, '.docker', 'config.json.bak'),
    };
  }

  function prepareHome(): string {
    const folder = join(world.home, '.docker');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'config.json.bak'), 'precious');
    return folder;
  }

  testReal('docker')('changes nothing once main has begun', async () => {
    const folder = prepareHome();
    const planted = plantedState();
    const main = await world.main({ env: { ...world.podIdentityEnv(), ...planted } });
    expect([main.exitCode, main.errors]).toEqual([0, []]);
    const host = await world.registryHost();
    expect(Object.keys(world.dockerLogins())).toEqual([host]);
    const post = await world.post(main, { env: planted });
    expect([post.exitCode, post.errors]).toEqual([0, []]);
    expect(post.toolRuns.map(({ argv }) => argv)).toEqual([['logout', host]]);
    expect([existsSync(join(folder, 'config.json.bak')), world.dockerLogins()]).toEqual([true, {}]);
  });

  test('changes nothing where main has failed at its inputs', async () => {
    const folder = prepareHome();
    const planted = plantedState();
    const inputs = { 'registry-type': 'x' };
    const main = await world.main({ env: { ...world.podIdentityEnv(), ...planted }, inputs, tools: TOOLS });
    const post = await world.post(main, { env: planted });
    expect([post.exitCode, post.toolRuns]).toEqual([0, []]);
    expect(existsSync(join(folder, 'config.json.bak'))).toBe(true);
  });
});

describe('a main that is killed', () => {
  test('while it writes an auth file: post removes the draft, and no other', async () => {
    const folder = join(world.home, '.docker');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const other = 'config.json.ecr-pod-identity-login-draft-0123456789abcdef';
    writeFileSync(join(folder, other), '{}', { mode: 0o600 });
    const main = await world.main({
      env: { ...world.podIdentityEnv(), ...failingFiles('renameSync:SIGKILL:1:config.json') },
      inputs: { 'container-cli': 'config-file' },
      tools: {},
    });
    expect(main.signal).toBe('SIGKILL');
    expect(readdirSync(folder).filter((name) => name.includes('-draft-'))).toHaveLength(2);
    const post = await world.post(main, { env: failingFiles() });
    expect([post.exitCode, post.errors]).toEqual([0, []]);
    expect(readdirSync(folder)).toEqual([other]);
  });
});

test('without a file for outputs the step fails before any login, and prints no password', async () => {
  const main = await world.main({ env: { ...world.podIdentityEnv(), GITHUB_OUTPUT: '' }, tools: TOOLS });
  expect(main.exitCode).toBe(1);
  expect(main.errors.join()).toContain('GITHUB_OUTPUT is not set');
  expect([...world.agent.requests, ...world.aws.requests, ...main.toolRuns]).toEqual([]);
});

describe('a step that is ended as it starts is logged out of', () => {
  const moments = [3, 8, 15, 25].flatMap((ms) =>
    (['SIGINT', 'SIGTERM', 'SIGKILL'] as const).map((signal) => ({ ms, signal })),
  );

  // The moments, in milliseconds, are those at which the step is at different points of its start.
  test.each(moments)('by $signal after $ms ms', async ({ ms, signal }) => {
    const env = world.podIdentityEnv();
    const tools = { docker: { keepsLogins: true } };
    const main = await world.main({ env, tools, interrupts: [{ signal, when: setTimeout(ms) }] });
    const post = await world.post(main);
    expect([post.exitCode, post.errors, world.dockerLogins()]).toEqual([0, [], {}]);
  });
});
