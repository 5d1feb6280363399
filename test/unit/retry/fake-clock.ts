import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../src/retry/clock.ts';

/** A clock that goes forward by itself, as soon as nothing else is left to do. */
export function fakeClock(random: () => number = () => 0.5): Clock & { readonly slept: readonly number[] } {
  let now = 0;
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
    },
  };
}
