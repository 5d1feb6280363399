import { expect, test } from '@jest/globals';
import { backoffMs, SYSTEM_CLOCK, withDeadline } from '../../../src/time/retry.ts';
import { fakeClock, NEVER, thrownBy } from '../support.ts';

test.each([
  [1, 0.5, 250],
  [2, 0.5, 500],
  [4, 0.999, 3_996],
  [5, 0.5, 2_500],
  [100, 0.999_99, 4_999],
  [3, 0, 0],
])('the pause after attempt %i, at random %d: %i ms', (attempt, random, ms) => {
  expect(backoffMs(attempt, { baseMs: 500, capMs: 5_000 }, () => random)).toBe(ms);
});

test.each<[result: string, work: () => Promise<unknown>]>([
  ['done', async () => 'done'],
  ['broken', () => Promise.reject('broken')],
  ['DeadlineError: no response within 5 s', () => new Promise(() => {})],
])('work within a deadline: %s', async (result, work) => {
  const signals: AbortSignal[] = [];
  const doing = (given: AbortSignal) => {
    signals.push(given);
    return work();
  };

  expect(String(await withDeadline(doing, 5_000, NEVER, fakeClock()).catch(String))).toBe(result);
  // The signal tells work that nobody waits for any more.
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test.each([true, false])(
  'work and waits end with an abort (it is before: %s)',
  async (isBefore) => {
    const abort = new AbortController();
    const cancel = () => abort.abort(new Error('canceled'));
    if (isBefore) cancel();
    else setImmediate(cancel);

    const work = withDeadline(() => new Promise(() => {}), 60_000, abort.signal);
    const reasons = [work, SYSTEM_CLOCK.sleep(60_000, abort.signal)].map((one) =>
      thrownBy(() => one),
    );

    for (const reason of reasons) expect(await reason).toMatchObject({ message: 'canceled' });
  },
);
