import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../src/retry/waiting.ts';

/** A clock that advances to the next timer as soon as nothing else is left to do, and what it has seen. */
export type FakeClock = Clock & {
  /** The sleeps that came to their end, in milliseconds. */
  readonly slept: readonly number[];
};

/** Not 0: a time is not a duration. */
const START_MS = 7_654_321;
const HOUR_MS = 3_600_000;

type Timer = { readonly at: number; readonly wake: () => void };

/** Makes a clock whose sleep rejects once an hour has passed, so that a test of a loop without an end fails. */
export function fakeClock(random: () => number = () => 0.5): FakeClock {
  let now = START_MS;
  const slept: number[] = [];
  const timers = new Set<Timer>();
  const advance = async (): Promise<void> => {
    await setImmediate();
    const [next] = [...timers].sort((one, other) => one.at - other.at);
    if (next === undefined) return;
    timers.delete(next);
    now = next.at;
    next.wake();
  };
  const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (now > START_MS + HOUR_MS) return reject(new Error('an hour has passed on the fake clock'));
      const wake = (): void => {
        slept.push(ms);
        resolve();
      };
      const timer = { at: now + ms, wake };
      timers.add(timer);
      signal.addEventListener('abort', () => {
        timers.delete(timer);
        reject(signal.reason);
      });
      void advance();
    });
  return { now: () => now, random, slept, sleep };
}
