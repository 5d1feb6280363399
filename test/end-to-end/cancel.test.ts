import { type ChildProcess, execFileSync } from 'node:child_process';
import { constants, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { text } from '../harness/http-stand-in.ts';
import { testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { isAlive } from '../harness/tools.ts';
import {
  ecrHost,
  FAKE_DOCKER,
  fastClock,
  OTHER_LOGINS,
  SUCCESS,
  useWorld,
  world,
} from '../harness/use-world.ts';

const withDocker = testReal('docker');
useWorld();

/**
 * The deadlines of calls, 12 s and more, are minutes on this clock: a step that waits for them
 * fails its test.
 */
const SLOW = fastClock(0.1);

/** Logins that other jobs and people have left in docker's configuration. */
const logInEarlier = (auths: object = OTHER_LOGINS) => world.writeDockerConfig({ auths });

/** Runs post, and expects that it leaves nothing behind but the earlier logins. */
async function expectNothingLeft(main: StepResult, earlier: object = OTHER_LOGINS) {
  const post = await world.post(main);

  expect(post).toMatchObject(SUCCESS);
  expect(world.dockerLogins()).toEqual(earlier);

  // A step that is killed before it has saved the login leaves its lock, which the next one takes
  // over after ten seconds.
  const left = readdirSync(join(world.home, '.docker'));
  expect(left.filter((name) => !name.endsWith('.lock'))).toEqual(['config.json']);
  expect(readdirSync(world.runnerTemp)).toEqual([]);
}

/** Cancels a step as soon as it has printed certain words. */
const cancelAt = (words: string, name: NodeJS.Signals) => ({
  reaction: { words, act: (step: ChildProcess) => step.kill(name) },
});

describe('a step that is canceled', () => {
  withDocker.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s during docker login ends docker',
    async (name) => {
      logInEarlier();
      world.registry.faults.always('hang');
      const interrupt = { signal: name, when: world.registry.seen() };

      const main = await world.main({ interrupt });

      expect(main.errors).toEqual([expect.stringContaining(name)]);
      expect(main.toolRuns.filter(({ pid }) => isAlive(pid))).toEqual([]);
      expect(main.state['plan']).toContain(await world.registryHost());
      expect(main.state['login']).toContain('[0]');
      await expectNothingLeft(main);
    },
  );

  test.each([
    ['the agent', () => world.agent.seen(), () => ({ ...world.podIdentityEnv(), ...SLOW })],
    ['ECR', () => world.aws.seen(), () => ({ ...world.keysEnv(), ...SLOW })],
    ['STS', () => world.aws.seen(), () => world.webIdentityEnv()],
  ])(
    'while it waits for %s ends soon, and there is nothing to log out of',
    async (_, seen, env) => {
      world.agent.faults.always('hang');
      world.aws.faults.always('hang');
      const interrupt = { signal: 'SIGTERM', when: seen() } as const;

      const main = await world.main({ env: env(), tools: FAKE_DOCKER, interrupt });
      expect(main.errors).toEqual([expect.stringContaining('SIGTERM')]);

      const post = await world.post(main);
      expect(post).toMatchObject({ exitCode: 0, toolRuns: [] });
    },
  );

  withDocker('between two attempts starts no other one', async () => {
    world.registry.faults.always(text(503));
    const main = await world.main({
      env: world.keysEnv(),
      ...cancelAt('(attempt 1 of 8', 'SIGTERM'),
    });

    expect(main.errors).toEqual([expect.stringContaining('SIGTERM')]);
    expect(main.toolRuns).toHaveLength(1);
    expect((await world.post(main)).exitCode).toBe(0);
  });

  withDocker.each(['SIGTERM', 'SIGKILL'] as const)(
    'by %s as docker starts leaves nothing',
    async (name) => {
      logInEarlier();
      const main = await world.main(cancelAt('Logging in to', name));

      // After SIGKILL docker goes on, while post waits until the lock counts as abandoned.
      await expectNothingLeft(main);
    },
    60_000,
  );

  withDocker.each(['SIGTERM', 'SIGKILL'] as const)(
    'by %s with isolation leaves nothing',
    async (name) => {
      logInEarlier();
      const main = await world.main({
        inputs: { 'isolate-docker-config': 'true' },
        ...cancelAt('ecr-pod-identity-login', name),
      });

      await expectNothingLeft(main);
    },
  );

  withDocker(
    'keeps an earlier login to the same registry if it had not begun its own',
    async () => {
      const earlier = { [await world.registryHost()]: { auth: 'ZWFybGllcjpsb2dpbg==' } };
      logInEarlier(earlier);
      world.aws.faults.always('hang');
      const interrupt = { signal: 'SIGINT', when: world.aws.seen() } as const;

      const main = await world.main({ env: world.keysEnv(), interrupt });

      await expectNothingLeft(main, earlier);
    },
  );
});

describe('a step that takes too long', () => {
  test('ends within five minutes, and says what it was failing at', async () => {
    // Twenty registries that get 15 s each.
    const hosts = Array.from({ length: 20 }, (_, index) => ecrHost(`${111_111_111_111 + index}`));

    const main = await world.main({
      env: { ...world.keysEnv(), ...fastClock(50) },
      inputs: { registries: hosts.join() },
      tools: { docker: { hangs: true } },
    });

    expect(main.exitCode).toBe(1);
    expect(main.errors[0]).toMatch(/^Timed out after 290 s\.\n/);
    for (const host of hosts) expect(main.errors.join()).toContain(host);
  });
});

// A name server that does not answer holds a thread of node for 20 seconds. A pipe that nobody
// writes to holds one for ever, and on every machine: the SDK reads the configuration in the home
// folder.
describe('a step whose thread of node is blocked', () => {
  let pipe = '';

  beforeEach(() => {
    pipe = join(world.home, '.aws', 'config');
    mkdirSync(join(pipe, '..'));
    execFileSync('mkfifo', [pipe]);
  });

  /** Resolves as soon as the step reads from the pipe, or the test is over. */
  async function blocked(): Promise<void> {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK;
    const writer = await open(pipe, flags).catch(() => undefined);
    if (writer !== undefined) return void writers.push(writer);

    await sleep(20);
    if (existsSync(pipe)) await blocked();
  }

  const writers: FileHandle[] = [];
  afterEach(() => Promise.all(writers.splice(0).map((writer) => writer.close())));

  test.each(['SIGINT', 'SIGTERM'] as const)('ends soon if it is canceled by %s', async (name) => {
    const interrupt = { signal: name, when: blocked() };
    const main = await world.main({ tools: FAKE_DOCKER, interrupt });

    const errors = [expect.stringContaining(name)];
    expect(main).toMatchObject({ errors, signal: 'SIGKILL' });
  });

  test('ends if it is out of time', async () => {
    const main = await world.main({
      env: { ...world.keysEnv(), ...fastClock(100) },
      tools: FAKE_DOCKER,
    });
    const errors = [expect.stringContaining('Timed out')];
    expect(main).toMatchObject({ errors, signal: 'SIGKILL' });
  });
});

describe("state that a step has planted in the job's environment", () => {
  const planted = () => ({
    STATE_plan: '[["docker"],["ghcr.io"]]',
    STATE_login: JSON.stringify({
      logins: [0],
      variables: { HOME: world.home, PATH: world.directory },
      isolation: { directory: join(world.home, '.docker'), createdHere: true, moved: [] },
    }),
  });

  withDocker('changes nothing once main has begun', async () => {
    logInEarlier();
    const backup = world.writeHome('.docker/config.json.bak', 'precious');

    const main = await world.main({ moreEnv: planted() });
    expect(main.exitCode).toBe(0);
    expect(world.loggedIn()).toHaveLength(2);

    const post = await world.post(main, { env: planted() });
    expect(post).toMatchObject(SUCCESS);
    expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
    expect(readdirSync(join(backup, '..')).sort()).toEqual(['config.json', 'config.json.bak']);
  });

  withDocker('changes nothing if main has failed at its inputs', async () => {
    logInEarlier();
    const main = await world.main({ moreEnv: planted(), inputs: { 'registry-type': 'x' } });
    const post = await world.post(main, { env: planted() });

    expect(post).toMatchObject({ exitCode: 0, toolRuns: [] });
    expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
  });
});

test('a draft of an auth file that a killed step has left is removed by post, and no other file is', async () => {
  logInEarlier();
  const main = await world.main({ inputs: { 'container-cli': 'config-file' }, tools: {} });

  const draft = world.writeHome('.docker/config.json.ecr-pod-identity-login-draft-x1', '{}');
  world.writeHome('.docker/precious', 'precious');

  const post = await world.post(main);

  expect(post.exitCode).toBe(0);
  expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
  expect(readdirSync(join(draft, '..')).sort()).toEqual(['config.json', 'precious']);
});
