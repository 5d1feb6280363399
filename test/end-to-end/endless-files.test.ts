import { execFileSync } from 'node:child_process';
import { constants, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { useWorld } from '../harness/use-world.ts';
import { fastClock, TOOLS } from '../harness/usual.ts';

/** So fast that the five minutes of a step are three seconds. */
const FAST = fastClock(100);
/** A step that does not end would be waited for. */
const limitMs = 20_000;

const world = useWorld();

/** Makes a pipe that nobody writes to. */
function makePipe(file: string): string {
  execFileSync('mkfifo', [file]);
  return file;
}

describe('a file that could be read for ever is named before it is read', () => {
  test.each([
    ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', 'auto'],
    ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', 'default-chain'],
    ['AWS_WEB_IDENTITY_TOKEN_FILE', 'default-chain'],
    ['AWS_CONFIG_FILE', 'auto'],
    ['AWS_SHARED_CREDENTIALS_FILE', 'container'],
  ])('%s, with credential-source: %s', async (name, source) => {
    const pipe = makePipe(join(world.directory, 'pipe'));
    const env = { ...world.webIdentityEnv(), ...world.podIdentityEnv(), [name]: pipe };
    const main = await world.main({ env, inputs: { 'credential-source': source }, tools: TOOLS, limitMs });
    expect(main.exitCode).toBe(1);
    expect(main.errors.join()).toContain(`${name} names ${pipe}, which is no regular file.\nLikely cause: `);
    expect(main.errors.join()).toContain(`ls -lL ${pipe}`);
    expect(main.log).toMatch(/^ {2}✗ /m);
    expect(world.agent.requests).toEqual([]);
  });

  test('what Kubernetes mounts, and the null device, are read as ever', async () => {
    const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file = '', ...env } = world.podIdentityEnv();
    mkdirSync(join(dirname(file), '..data'));
    renameSync(file, join(dirname(file), '..data', 'token'));
    symlinkSync(join('..data', 'token'), file);
    const main = await world.main({
      env: { ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file, AWS_CONFIG_FILE: '/dev/null' },
      tools: TOOLS,
    });
    expect(main.errors).toEqual([]);
  });
});

describe('a step that reads for ever ends all the same, with exit code 1', () => {
  /** The SDK reads the configuration of the home folder in every job. */
  function homeWithPipe(): string {
    const home = join(world.directory, 'home-with-pipe');
    mkdirSync(join(home, '.aws'), { recursive: true });
    makePipe(join(home, '.aws', 'config'));
    return home;
  }

  test.each(['SIGINT', 'SIGTERM'] as const)('when it is told to by %s', async (signal) => {
    const home = homeWithPipe();
    const pipe = join(home, '.aws', 'config');
    // Opens once the step reads the pipe; and from then on the step waits for what is written.
    const writing = open(pipe, 'w');
    const env = { ...world.podIdentityEnv(), HOME: home };
    const main = await world.main({ env, tools: TOOLS, interrupts: [{ signal, when: writing }], limitMs });
    const reading = await open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    await Promise.all([reading.close(), writing.then((handle) => handle.close())]);
    expect(main.errors).toEqual([`The step was cancelled (${signal}).`]);
    expect([main.exitCode, main.signal]).toEqual([1, null]);
  });

  test('when its time is over', async () => {
    const env = { ...world.podIdentityEnv(), HOME: homeWithPipe(), ...FAST };
    const main = await world.main({ env, tools: TOOLS, limitMs });
    expect(main.errors).toEqual(['The step was not done within 5 minutes, so it was ended.']);
    expect([main.exitCode, main.signal]).toEqual([1, null]);
  });
});
