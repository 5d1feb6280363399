import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { STEP_BUDGET_MS, setTimeLimit } from '../../../src/stage/time-limit.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Whether a promise has been rejected by now. */
async function isRejected(promise: Promise<unknown>): Promise<boolean> {
  let rejected = false;
  promise.catch(() => {
    rejected = true;
  });
  await jest.advanceTimersByTimeAsync(0);
  return rejected;
}

describe('a stage is told to end', () => {
  test.each(['SIGINT', 'SIGTERM'])('by %s', (name) => {
    const process = new EventEmitter();
    const { signal } = setTimeLimit(process, STEP_BUDGET_MS);
    expect(signal.aborted).toBe(false);
    process.emit(name);
    expect(signal.reason.message).toBe(`The step was cancelled (${name}).`);
  });

  test('when its time is over, which leaves time to end within five minutes', async () => {
    expect(STEP_BUDGET_MS).toBeLessThanOrEqual(5 * 60_000 - 5_000);
    const { signal, givenUp } = setTimeLimit(new EventEmitter(), STEP_BUDGET_MS);
    await jest.advanceTimersByTimeAsync(STEP_BUDGET_MS - 1);
    expect(signal.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(signal.reason.message).toBe('Timed out after 5 minutes.');
    expect(await isRejected(givenUp)).toBe(false);
    await jest.advanceTimersByTimeAsync(2_500);
    expect(await isRejected(givenUp)).toBe(true);
  });

  test('once: the reason stays the first', () => {
    const process = new EventEmitter();
    const { signal } = setTimeLimit(process, STEP_BUDGET_MS);
    process.emit('SIGINT');
    process.emit('SIGTERM');
    expect(signal.reason.message).toContain('SIGINT');
  });
});
