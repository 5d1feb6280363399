import { execFileSync } from 'node:child_process';
import { constants, mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { useWorld } from '../harness/use-world.ts';
import { fastClock, TOOLS } from '../harness/usual.ts';

/** So fast that the five minutes of a step are three seconds. */
const FAST = fastClock(100);
/** A step that does not end would be waited for. */
const limitMs = 20_000;

const world = useWorld();

// A silent name server holds a thread of node for 20 seconds. A pipe without a writer holds one for ever, and on every
// machine: the SDK reads the configuration of the home folder in every job.
describe('a step that is cancelled while a thread of node is blocked ends at once', () => {
  function homeWithPipe(): string {
    const home = join(world.directory, 'home-with-pipe');
    mkdirSync(join(home, '.aws'), { recursive: true });
    execFileSync('mkfifo', [join(home, '.aws', 'config')]);
    return home;
  }

  test.each(['SIGINT', 'SIGTERM'] as const)('cancelled by %s', async (signal) => {
    const home = homeWithPipe();
    const pipe = join(home, '.aws', 'config');
    // Opens once the step reads the pipe; from then on the step waits for what is written.
    const writing = open(pipe, 'w');
    const env = { ...world.podIdentityEnv(), HOME: home };
    const main = await world.main({ env, tools: TOOLS, interrupts: [{ signal, when: writing }], limitMs });
    const reading = await open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    await Promise.all([reading.close(), writing.then((handle) => handle.close())]);
    expect(main.errors).toEqual([`The step was cancelled (${signal}).`]);
    expect([main.exitCode, main.signal]).toEqual([null, 'SIGKILL']);
  });

  test('out of time', async () => {
    const env = { ...world.keysEnv(), HOME: homeWithPipe(), ...FAST };
    const main = await world.main({ env, tools: TOOLS, limitMs });
    expect(main.errors).toEqual(['Timed out after 5 minutes.']);
    expect([main.exitCode, main.signal]).toEqual([null, 'SIGKILL']);
  });
});
