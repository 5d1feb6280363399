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
 * With this clock, the time limits of calls, 12 s and more, are minutes. So the test of a step that
 * waits for a time limit fails.
 */
const SLOW = fastClock(0.1);

/** Writes the logins that other jobs and people have left in docker's configuration. */
const writeLogins = (auths: object = OTHER_LOGINS) => world.writeDockerConfig({ auths });

/** Runs post, and expects that post leaves only the earlier logins. */
async function expectOnlyEarlierLogins(main: StepResult, earlier: object = OTHER_LOGINS) {
  expect(await world.post(main)).toMatchObject(SUCCESS);
  expect(world.dockerLogins()).toEqual(earlier);

  // A step that is killed leaves its lock, which the next step takes over after ten seconds.
  const names = readdirSync(join(world.home, '.docker'));
  expect(names.filter((name) => !name.endsWith('.lock'))).toEqual(['config.json']);
  expect(readdirSync(world.runnerTemp)).toEqual([]);
}

/** Sends a step the signal as soon as the step has printed these words. */
const cancelAt = (words: string, name: NodeJS.Signals) => ({
  reaction: { words, act: (step: ChildProcess) => step.kill(name) },
});

/** What `toMatchObject` expects of a step that a signal ended. */
const canceledBy = (name: string) => ({ exitCode: 1, errors: [expect.stringContaining(name)] });

describe('a step that is canceled', () => {
  withDocker.each(['SIGINT', 'SIGTERM'] as const)(
    'ends a docker login that hangs when %s arrives',
    async (name) => {
      writeLogins();
      world.registry.faults.always('hang');
      const interrupt = { signal: name, when: world.registry.seen() };

      const main = await world.main({ interrupt });

      expect(main).toMatchObject(canceledBy(name));
      expect(main.toolRuns.filter(({ pid }) => isAlive(pid))).toEqual([]);
      expect(main.state['login']).toContain(await world.registryHost());
      await expectOnlyEarlierLogins(main);
    },
  );

  test.each([
    ['the agent', () => world.agent.seen(), () => ({ ...world.podIdentityEnv(), ...SLOW })],
    ['ECR', () => world.aws.seen(), () => ({ ...world.keysEnv(), ...SLOW })],
    ['STS', () => world.aws.seen(), () => world.webIdentityEnv()],
  ])(
    'ends soon while it waits for %s, and post has nothing to log out of',
    async (_, seen, env) => {
      world.agent.faults.always('hang');
      world.aws.faults.always('hang');
      const interrupt = { signal: 'SIGTERM', when: seen() } as const;

      const main = await world.main({ env: env(), tools: FAKE_DOCKER, interrupt });
      expect(main).toMatchObject(canceledBy('SIGTERM'));

      expect(await world.post(main)).toMatchObject({ exitCode: 0, toolRuns: [] });
    },
  );

  withDocker('starts no further attempt to log in', async () => {
    world.registry.faults.always(text(503));
    const main = await world.main({
      env: world.keysEnv(),
      ...cancelAt('(attempt 1 of 8', 'SIGTERM'),
    });

    expect(main).toMatchObject(canceledBy('SIGTERM'));
    expect(main.toolRuns).toHaveLength(1);
    expect((await world.post(main)).exitCode).toBe(0);
  });

  withDocker.each(['SIGTERM', 'SIGKILL'] as const)(
    'leaves no login if %s arrives when docker starts',
    async (name) => {
      writeLogins();
      const main = await world.main(cancelAt('Logging in to', name));

      // After SIGKILL docker still runs. Post waits until the lock counts as abandoned.
      await expectOnlyEarlierLogins(main);
    },
    60_000,
  );

  withDocker.each(['SIGTERM', 'SIGKILL'] as const)(
    'leaves no login if %s arrives with isolate-docker-config',
    async (name) => {
      writeLogins();
      const main = await world.main({
        inputs: { 'isolate-docker-config': 'true' },
        ...cancelAt('ecr-pod-identity-login', name),
      });

      await expectOnlyEarlierLogins(main);
    },
  );

  withDocker(
    'keeps an earlier login to the same registry if it has not begun to log in',
    async () => {
      const earlier = { [await world.registryHost()]: { auth: 'ZWFybGllcjpsb2dpbg==' } };
      writeLogins(earlier);
      world.aws.faults.always('hang');
      const interrupt = { signal: 'SIGINT', when: world.aws.seen() } as const;

      const main = await world.main({ env: world.keysEnv(), interrupt });

      await expectOnlyEarlierLogins(main, earlier);
    },
  );
});

test('a step ends within five minutes, and says what failed', async () => {
  // Each login takes up to 15 s, and a step up to 290 s.
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

// In practice, a name server that does not respond blocks a thread of node for 20 seconds. Here, the
// configuration of AWS in the home folder is a pipe that nobody writes to, which blocks for ever.
describe('a step whose thread of node is blocked', () => {
  let pipe = '';

  beforeEach(() => {
    pipe = join(world.home, '.aws', 'config');
    mkdirSync(join(pipe, '..'));
    execFileSync('mkfifo', [pipe]);
  });

  /** Resolves as soon as the step reads from the pipe, or once the test is over. */
  async function stepIsBlocked() {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK;
    const writer = await open(pipe, flags).catch(() => undefined);
    if (writer !== undefined) return void writers.push(writer);

    await sleep(20);
    if (existsSync(pipe)) await stepIsBlocked();
  }

  const writers: FileHandle[] = [];
  afterEach(() => Promise.all(writers.splice(0).map((writer) => writer.close())));

  test.each(['SIGINT', 'SIGTERM'] as const)('ends soon if it is canceled by %s', async (name) => {
    const interrupt = { signal: name, when: stepIsBlocked() };
    const main = await world.main({ tools: FAKE_DOCKER, interrupt });

    const errors = [expect.stringContaining(name)];
    expect(main).toMatchObject({ errors, signal: 'SIGKILL' });
  });

  test('ends at the time limit of a step', async () => {
    const main = await world.main({
      env: { ...world.keysEnv(), ...fastClock(100) },
      tools: FAKE_DOCKER,
    });
    const errors = [expect.stringContaining('Timed out')];
    expect(main).toMatchObject({ errors, signal: 'SIGKILL' });
  });
});

describe("state that another step has put into the job's environment", () => {
  const plantedState = () => ({
    STATE_login: JSON.stringify({
      logins: [0],
      variables: { HOME: world.home, PATH: world.directory },
      isolation: { directory: join(world.home, '.docker'), isFirst: true, moved: [] },
    }),
  });

  withDocker('is not used if main succeeds', async () => {
    writeLogins();
    const backup = world.writeHome('.docker/config.json.bak', 'precious');

    const main = await world.main({ moreEnv: plantedState() });
    expect(main.exitCode).toBe(0);
    expect(world.loggedIn()).toHaveLength(2);

    const post = await world.post(main, { env: plantedState() });
    expect(post).toMatchObject(SUCCESS);
    expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
    expect(readdirSync(join(backup, '..')).sort()).toEqual(['config.json', 'config.json.bak']);
  });

  withDocker('is not used if main fails because of its inputs', async () => {
    writeLogins();
    const main = await world.main({ moreEnv: plantedState(), inputs: { 'registry-type': 'x' } });
    const post = await world.post(main, { env: plantedState() });

    expect(post).toMatchObject({ exitCode: 0, toolRuns: [] });
    expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
  });
});

test('post removes the draft of an auth file that a killed step has left', async () => {
  writeLogins();
  const main = await world.main({ inputs: { 'container-cli': 'config-file' }, tools: {} });

  const draft = world.writeHome('.docker/config.json.ecr-pod-identity-login-draft-x1', '{}');
  world.writeHome('.docker/precious', 'precious');

  const post = await world.post(main);

  expect(post.exitCode).toBe(0);
  expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
  expect(readdirSync(join(draft, '..')).sort()).toEqual(['config.json', 'precious']);
});
