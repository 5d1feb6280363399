import { mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { LOCK_NAME } from '../../src/container/lock.ts';
import { useWorld } from '../harness/use-world.ts';
import { FAST } from '../harness/usual.ts';

const SIX = Array.from({ length: 6 }, (_, index) => String(100000000001 + index)).join(',');

let lock: string;
const world = useWorld();
beforeEach(() => {
  mkdirSync(join(world.home, '.docker'), { mode: 0o700 });
  lock = join(world.home, '.docker', LOCK_NAME);
});

/** Logs in to six registries, and out of them again; gives the warnings of both stages. */
async function warningsOfBoth(more: Record<string, string> = {}): Promise<[main: string[], post: string[]]> {
  const env = { ...world.podIdentityEnv(), ...more };
  const tools = { docker: { keepsLogins: true } };
  const main = await world.main({ env, inputs: { registries: SIX }, tools });
  expect([main.exitCode, Object.keys(world.dockerLogins()).length]).toEqual([0, 6]);
  const post = await world.post(main);
  expect([post.exitCode, world.dockerLogins()]).toEqual([0, {}]);
  return [main.warnings, post.warnings];
}

describe('a lock that nobody will give back', () => {
  test('of a machine whose clock is ahead is not waited for', async () => {
    mkdirSync(lock);
    const ahead = new Date(Date.now() + 3_600_000);
    utimesSync(lock, ahead, ahead);
    expect(await warningsOfBoth()).toEqual([[], []]);
  });

  test('that is a link to nowhere is not waited for', async () => {
    symlinkSync('/nowhere/at/all', lock);
    expect(await warningsOfBoth()).toEqual([[], []]);
  });

  test('of a process that lives is waited for once a stage, not once a registry', async () => {
    mkdirSync(lock);
    const soon = new Date(Date.now() + 8_000);
    utimesSync(lock, soon, soon);
    const once = [expect.stringContaining('has held the lock')];
    expect(await warningsOfBoth(FAST)).toEqual([once, once]);
  });
});
