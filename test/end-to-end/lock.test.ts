import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { LOCK_NAME } from '../../src/container/lock.ts';
import { useWorld } from '../harness/use-world.ts';
import { fastClock, TOOLS } from '../harness/usual.ts';

const SIX = Array.from({ length: 6 }, (_, index) => String(100000000001 + index)).join(',');

let lock: string;
const world = useWorld();
beforeEach(() => {
  mkdirSync(join(world.home, '.docker'), { mode: 0o700 });
  lock = join(world.home, '.docker', LOCK_NAME);
});

/** Logs in to six registries, and out of them again; returns the warnings of both stages. */
async function warningsOfBoth(more: Record<string, string> = {}): Promise<[main: string[], post: string[]]> {
  const env = { ...world.podIdentityEnv(), ...more };
  const main = await world.main({ env, inputs: { registries: SIX }, tools: TOOLS });
  const post = await world.post(main);
  for (const stage of [main, post]) expect([stage.exitCode, stage.toolRuns.length]).toEqual([0, 6]);
  return [main.warnings, post.warnings];
}

/** A lock as another process would hold it. Returns what rewrites its claim. */
function heldByAnother(claimed = new Date()): () => void {
  const claim = join(lock, '4711-abc');
  mkdirSync(lock);
  writeFileSync(claim, '');
  utimesSync(claim, claimed, claimed);
  return () => writeFileSync(claim, '.');
}

describe('a lock that nobody releases', () => {
  test('and whose claim is in the future is not waited for', async () => {
    heldByAnother(new Date(Date.now() + 3_600_000));
    expect(await warningsOfBoth()).toEqual([[], []]);
  });

  test('and that is a link to nowhere is not waited for', async () => {
    symlinkSync('/nowhere/at/all', lock);
    expect(await warningsOfBoth()).toEqual([[], []]);
  });

  test('though its process is alive is waited for once a stage, not once a registry', async () => {
    const heartbeat = setInterval(heldByAnother(), 1_000);
    const once = [expect.stringMatching(/The lock .* was not free for/)];
    try {
      expect(await warningsOfBoth(fastClock(8))).toEqual([once, once]);
    } finally {
      clearInterval(heartbeat);
    }
  });
});
