import { describe, expect, test } from '@jest/globals';
import { DeadlineError, withDeadline } from '../../../src/retry/deadline.ts';
import { sleep } from '../../../src/retry/sleep.ts';
import { fakeClock } from './fake-clock.ts';

const never = () => new Promise<never>(() => {});

describe('sleep', () => {
  test('ends by itself', async () => {
    await expect(sleep(1, new AbortController().signal)).resolves.toBeUndefined();
  });

  test('ends at once, with the reason, when it is aborted', async () => {
    const abort = new AbortController();
    const sleeping = sleep(3_600_000, abort.signal);
    abort.abort(new Error('cancelled'));
    await expect(sleeping).rejects.toThrow('cancelled');
  });

  test('does not begin where it is aborted already', async () => {
    await expect(sleep(3_600_000, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
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

  test('ends with the reason of the signal', async () => {
    const abort = new AbortController();
    const waiting = withDeadline(never, 3_600_000, abort.signal);
    abort.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
  });
});
