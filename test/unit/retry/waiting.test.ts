import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { backoffDelayMs, DeadlineError, sleep, withDeadline } from '../../../src/retry/waiting.ts';
import { fakeClock } from './fake-clock.ts';

const never = () => new Promise<never>(() => {});

/** The timers and listeners that are left for these signals. */
const leftBehind = (...signals: AbortSignal[]) => ({
  timers: jest.getTimerCount(),
  listeners: signals.flatMap((signal) => getEventListeners(signal, 'abort')).length,
});
const NOTHING = { timers: 0, listeners: 0 };

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('sleep', () => {
  test('resolves after its time, not before, and leaves nothing behind', async () => {
    const { signal } = new AbortController();
    const ended = jest.fn();
    const sleeping = sleep(1_000, signal).then(ended);
    await jest.advanceTimersByTimeAsync(999);
    expect(ended).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    await sleeping;
    expect(leftBehind(signal)).toEqual(NOTHING);
  });

  test('rejects at once with the reason when it is aborted, and leaves nothing behind', async () => {
    const abort = new AbortController();
    const sleeping = sleep(3_600_000, abort.signal);
    abort.abort(new Error('cancelled'));
    await expect(sleeping).rejects.toThrow('cancelled');
    expect(leftBehind(abort.signal)).toEqual(NOTHING);
  });

  test('sets no timer where it is aborted already', async () => {
    const signal = AbortSignal.abort(new Error('before'));
    await expect(sleep(3_600_000, signal)).rejects.toThrow('before');
    expect(leftBehind(signal)).toEqual(NOTHING);
  });
});

describe('withDeadline', () => {
  const { signal } = new AbortController();

  test('gives what the work gives', async () => {
    await expect(withDeadline(async () => 42, 5_000, signal, fakeClock())).resolves.toBe(42);
  });

  test('rejects with what the work rejects with', async () => {
    const failing = () => Promise.reject(new Error('refused'));
    await expect(withDeadline(failing, 5_000, signal, fakeClock())).rejects.toThrow('refused');
  });

  test('gives up work that takes longer', async () => {
    const error = await withDeadline(never, 5_000, signal, fakeClock()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DeadlineError);
    expect(error).toHaveProperty('message', 'no response within 5 s');
  });

  test('tells the work once nobody waits for it any more, however that came', async () => {
    const signals: AbortSignal[] = [];
    const take = (outcome: Promise<unknown>) => (over: AbortSignal) => {
      signals.push(over);
      expect(over.aborted).toBe(false);
      return outcome;
    };
    await withDeadline(take(Promise.resolve()), 5_000, signal, fakeClock());
    await withDeadline(take(never()), 5_000, signal, fakeClock()).catch(() => {});
    await withDeadline(take(never()), 3_600_000, AbortSignal.abort()).catch(() => {});
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });

  test('rejects with the reason of the signal', async () => {
    const abort = new AbortController();
    const waiting = withDeadline(never, 3_600_000, abort.signal);
    abort.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    expect(leftBehind(abort.signal)).toEqual(NOTHING);
  });

  test.each<[how: string, work: () => Promise<unknown>]>([
    ['resolves', () => Promise.resolve()],
    ['rejects', () => Promise.reject(new Error('refused'))],
    [
      'throws',
      () => {
        throw new Error('refused');
      },
    ],
  ])('leaves nothing behind where the work %s', async (_, work) => {
    const abort = new AbortController();
    await withDeadline(work, 3_600_000, abort.signal).catch(() => {});
    expect(leftBehind(abort.signal)).toEqual(NOTHING);
  });
});

const limits = { baseMs: 100, capMs: 1_000 };

describe('backoffDelayMs', () => {
  test.each([
    [1, 99],
    [2, 199],
    [3, 399],
    [4, 799],
    [5, 999],
    [6, 999],
    [60, 999],
    [5_000, 999],
  ])('after attempt %i the pause is at most %i ms', (attempt, longest) => {
    expect(backoffDelayMs(attempt, limits, () => 0.999_999)).toBe(longest);
  });

  test('uses full jitter: the pause can be as short as nothing', () => {
    expect(backoffDelayMs(4, limits, () => 0)).toBe(0);
    expect(backoffDelayMs(4, limits, () => 0.5)).toBe(400);
  });

  test('draws at random without a given source, within the bounds', () => {
    const drawn = Array.from({ length: 200 }, () => backoffDelayMs(3, limits));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(400);
    expect(new Set(drawn).size).toBeGreaterThan(20);
  });
});
