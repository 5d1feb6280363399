import { describe, expect, test } from '@jest/globals';
import { retryBriefly } from '../../../src/retry/retry-briefly.ts';
import { fakeClock } from './fake-clock.ts';

const never = new AbortController().signal;

/** Work that fails so many times, and the number of its attempts so far. */
function failing(times: number): { attempt: () => string; made: () => number } {
  let made = 0;
  const attempt = (): string => {
    made += 1;
    if (made <= times) throw new Error(`failure ${made}`);
    return 'done';
  };
  return { attempt, made: () => made };
}

describe('work that is tried again for a short time', () => {
  test('is done again until it works, without a pause where it works at once', async () => {
    const clock = fakeClock();
    expect(await retryBriefly(failing(0).attempt, () => true, never, clock)).toBe('done');
    expect(clock.slept).toEqual([]);
    expect(await retryBriefly(failing(3).attempt, () => true, never, clock)).toBe('done');
    expect(clock.slept).toHaveLength(3);
  });

  test('throws its last error once about two seconds are over', async () => {
    const clock = fakeClock();
    const start = clock.now();
    const { attempt, made } = failing(Number.POSITIVE_INFINITY);
    await expect(retryBriefly(attempt, () => true, never, clock)).rejects.toThrow('failure');
    expect(clock.now() - start).toBeGreaterThanOrEqual(2_000);
    expect(clock.now() - start).toBeLessThan(2_100);
    expect(made()).toBe(clock.slept.length + 1);
  });

  test.each([
    [0, 10],
    [0.5, 35],
  ])('makes short pauses of random length: for %d, %d ms', async (random, ms) => {
    const clock = fakeClock(() => random);
    await retryBriefly(failing(1).attempt, () => true, never, clock);
    expect(clock.slept).toEqual([ms]);
  });

  test('throws at once what will not pass', async () => {
    const clock = fakeClock();
    await expect(retryBriefly(failing(1).attempt, () => false, never, clock)).rejects.toThrow('failure 1');
    expect(clock.slept).toEqual([]);
  });

  test('is not tried again once the signal aborts, also during a pause', async () => {
    const clock = fakeClock();
    const aborted = AbortSignal.abort();
    await expect(retryBriefly(failing(1).attempt, () => true, aborted, clock)).rejects.toThrow('failure 1');
    const controller = new AbortController();
    const { attempt, made } = failing(5);
    const aborting = (): string => {
      if (made() === 1) setImmediate(() => controller.abort());
      return attempt();
    };
    await expect(retryBriefly(aborting, () => true, controller.signal, clock)).rejects.toThrow(/failure/);
    expect(made()).toBe(2);
  });
});
