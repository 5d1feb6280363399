import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../src/retry/waiting.ts';

/** Not 0: a time is not a duration. */
const START_MS = 7_654_321;
const DAY_MS = 86_400_000;

/**
 * A clock that advances as soon as nothing else is left to do. Its sleep rejects once a day has passed, so that a test of
 * a loop without an end fails.
 */
export function fakeClock(random: () => number = () => 0.5): Clock & { readonly slept: readonly number[] } {
  let now = START_MS;
  const slept: number[] = [];
  return {
    now: () => now,
    random,
    slept,
    sleep: async (ms, signal) => {
      await setImmediate();
      signal.throwIfAborted();
      now += ms;
      slept.push(ms);
      if (now > START_MS + DAY_MS) throw new Error('a day has passed on the fake clock');
    },
  };
}
