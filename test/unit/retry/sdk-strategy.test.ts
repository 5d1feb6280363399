import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Retry } from '../../../src/retry/retry-line.ts';
import { ReportingRetryStrategy } from '../../../src/retry/sdk-strategy.ts';

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const failed = (message: string) => ({
  error: Object.assign(new Error(message), { cause: new Error('cause') }),
  errorType: 'THROTTLING' as const,
});

describe('ReportingRetryStrategy', () => {
  test('reports each retry before its pause, and waits as the SDK does: up to 1, 2, 4 s of throttling', async () => {
    const retries: Retry[] = [];
    const strategy = new ReportingRetryStrategy('Amazon ECR', 4, (retry) => retries.push(retry));
    let token = await strategy.acquireInitialRetryToken('');
    for (const [attempt, delayMs] of [
      [1, 500],
      [2, 1_000],
      [3, 2_000],
    ] as const) {
      const refreshed = strategy.refreshRetryTokenForRetry(token, failed(`refusal ${attempt}`));
      await jest.advanceTimersByTimeAsync(0);
      expect(retries.at(-1)).toEqual({
        what: 'Amazon ECR',
        failure: `refusal ${attempt}`,
        cause: new Error(`refusal ${attempt}`),
        attempt,
        maxAttempts: 4,
        delayMs,
      });
      await jest.advanceTimersByTimeAsync(delayMs);
      token = await refreshed;
    }
    await expect(strategy.refreshRetryTokenForRetry(token, failed('the last'))).rejects.toThrow();
    expect(retries).toHaveLength(3);
  });

  test('with one attempt there is no retry, and nothing to report', async () => {
    const strategy = new ReportingRetryStrategy('Amazon ECR', 1, () => {
      throw new Error('reported');
    });
    const token = await strategy.acquireInitialRetryToken('');
    await expect(strategy.refreshRetryTokenForRetry(token, failed('no'))).rejects.toThrow('No retry token');
  });

  test('a permanent error is not retried', async () => {
    const strategy = new ReportingRetryStrategy('Amazon ECR', 9, () => {
      throw new Error('reported');
    });
    const token = await strategy.acquireInitialRetryToken('');
    const denied = { ...failed('denied'), errorType: 'CLIENT_ERROR' as const };
    await expect(strategy.refreshRetryTokenForRetry(token, denied)).rejects.toThrow('No retry token');
  });

  test("reports the longer pause that a service asks for, within the SDK's bounds", async () => {
    const delays: number[] = [];
    const strategy = new ReportingRetryStrategy('Amazon ECR', 9, ({ delayMs }) => delays.push(delayMs));
    const ask = async (afterMs: number) => {
      const token = await strategy.acquireInitialRetryToken('');
      const refreshed = strategy.refreshRetryTokenForRetry(token, {
        ...failed('busy'),
        retryAfterHint: new Date(Date.now() + afterMs),
      });
      await jest.advanceTimersByTimeAsync(delays.at(-1) ?? 0);
      await jest.runAllTimersAsync();
      await refreshed;
    };
    await ask(100);
    await ask(2_000);
    await ask(60_000);
    expect(delays).toEqual([500, 2_000, 5_500]);
  });

  test('calls at the same time do not mix up their failures', async () => {
    const failures: string[] = [];
    const strategy = new ReportingRetryStrategy('AWS STS', 9, ({ failure }) => failures.push(failure));
    const tokens = await Promise.all([1, 2, 3].map(() => strategy.acquireInitialRetryToken('')));
    const waits = tokens.map((token, index) =>
      strategy.refreshRetryTokenForRetry(token, failed(`call ${index}`)),
    );
    await jest.runAllTimersAsync();
    await Promise.all(waits);
    expect(failures).toEqual(['call 0', 'call 1', 'call 2']);
  });
});
