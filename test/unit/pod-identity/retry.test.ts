import { describe, expect, test } from '@jest/globals';
import {
  AttemptsExhausted,
  judgeAttempt,
  plainMessage,
  requestWithRetries,
} from '../../../src/pod-identity/retry.ts';
import { DeadlineError } from '../../../src/retry/waiting.ts';
import { fakeClock } from '../retry/fake-clock.ts';

const { signal } = new AbortController();
const refused = () => new Error('Error: connect ECONNREFUSED 169.254.170.23:80');
const status = (code: number) => new Error(`Server responded with status: ${code}`);

/** What one attempt ends with, and after how many milliseconds. */
type Attempt = Error | 'hang' | 'credentials' | readonly [Error, afterMs: number];

/** Requests credentials from an agent that responds as given, the last response repeated. */
async function request(
  responses: readonly Attempt[],
  options: { maxAttempts?: number; budgetMs?: number; random?: () => number } = {},
) {
  const { random, ...retries } = options;
  const clock = fakeClock(random);
  const start = clock.now();
  const lines: string[] = [];
  const starts: number[] = [];
  const attempt = async () => {
    const response = responses[Math.min(starts.length, responses.length - 1)];
    starts.push(clock.now() - start);
    if (response === 'hang') return new Promise<never>(() => {});
    if (response instanceof Error) throw response;
    if (response === undefined || response === 'credentials') return response;
    const [error, afterMs] = response;
    await clock.sleep(afterMs, signal);
    throw error;
  };
  const onRetry = (line: string) => void lines.push(line);
  const outcome = await requestWithRetries(attempt, { ...retries, signal, onRetry, clock }).catch(
    (error: unknown) => error,
  );
  return {
    outcome,
    starts,
    attempts: starts.length,
    lines,
    elapsedMs: clock.now() - start,
    slept: clock.slept,
  };
}

describe('the outcome of a failed attempt', () => {
  test.each([
    ['connection refused', refused(), 'unreachable'],
    ['no route', new Error('Error: connect EHOSTUNREACH 169.254.170.23:80'), 'unreachable'],
    ['no network', new Error('Error: connect ENETUNREACH fd00:ec2::23:80'), 'unreachable'],
    ['no network on the host', new Error('Error: connect ENETDOWN 169.254.170.23:80'), 'unreachable'],
    ['a host that is down', new Error('Error: connect EHOSTDOWN 169.254.170.23:80'), 'unreachable'],
    ['no address of its kind', new Error('Error: connect EADDRNOTAVAIL fd00:ec2::23:80'), 'unreachable'],
    ['both addresses of localhost refused', new Error('AggregateError'), 'unreachable'],
    [
      'a code that the message does not name',
      Object.assign(new Error('failed'), { code: 'ECONNREFUSED' }),
      'unreachable',
    ],
    ['a connection that is reset', new Error('Error: read ECONNRESET'), 'transient'],
    ['a connection that is closed', new Error('Error: socket hang up'), 'transient'],
    ['a request that is cut', new Error('Error: write EPIPE'), 'transient'],
    ['a response that is cut, without a code', new Error('Error: aborted'), 'transient'],
    ['a timeout of the SDK', Object.assign(new Error('late'), { name: 'TimeoutError' }), 'transient'],
    ['no response in time', new DeadlineError(12_000), 'transient'],
    ['a response that is cut', Object.assign(new Error('aborted'), { code: 'ECONNRESET' }), 'transient'],
    ["the system's timeout", new Error('Error: connect ETIMEDOUT 169.254.170.23:80'), 'transient'],
    ['429', status(429), 'transient'],
    ['500', status(500), 'transient'],
    ['503', status(503), 'transient'],
    ['400', status(400), 'final'],
    ['403', status(403), 'final'],
    ['404', status(404), 'final'],
    ['a redirect', status(302), 'final'],
    ['an invalid URL', new TypeError('Invalid URL'), 'final'],
    ['no token file', Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' }), 'final'],
    ['something that is not an error', 'gone', 'final'],
  ])('%s', (_, error, outcome) => {
    expect(judgeAttempt(error)).toBe(outcome);
  });
});

describe('requestWithRetries', () => {
  test('returns credentials of the first attempt', async () => {
    expect(await request(['credentials'])).toMatchObject({ outcome: 'credentials', attempts: 1, lines: [] });
  });

  test('does not repeat a final refusal', async () => {
    const { outcome, attempts, elapsedMs } = await request([status(404), 'credentials']);
    expect(attempts).toBe(1);
    expect(elapsedMs).toBe(0);
    expect(outcome).toMatchObject({ attempts: 1, cause: { message: 'Server responded with status: 404' } });
  });

  test('makes five attempts for transient errors, with growing pauses', async () => {
    const { outcome, attempts, slept } = await request([status(500)]);
    expect(attempts).toBe(5);
    expect(slept).toEqual([250, 500, 1_000, 2_000]);
    expect(outcome).toBeInstanceOf(AttemptsExhausted);
    expect(outcome).toMatchObject({ attempts: 5, elapsedMs: 3_750, message: 'gave up after 5 attempts' });
  });

  test('goes on as soon as the error is gone', async () => {
    const responses = [status(503), new Error('Error: read ECONNRESET'), 'hang', 'credentials'] as const;
    const { outcome, attempts, lines } = await request(responses);
    expect({ outcome, attempts }).toEqual({ outcome: 'credentials', attempts: 4 });
    expect(lines).toEqual([
      'EKS Pod Identity agent: Server responded with status: 503 (attempt 1 of 5, the next in 0.3 s)',
      'EKS Pod Identity agent: read ECONNRESET (attempt 2 of 5, the next in 0.5 s)',
      'EKS Pod Identity agent: no response within 12 s (attempt 3 of 5, the next in 1.0 s)',
    ]);
  });

  test.each([[1], [2], [7]])('maxAttempts %i is the number of attempts for transient errors', async (n) => {
    expect(await request([status(429)], { maxAttempts: n })).toMatchObject({ attempts: n });
  });

  test('maxAttempts 1 does not wait for an agent that has not started either', async () => {
    expect(await request([refused()], { maxAttempts: 1 })).toMatchObject({
      attempts: 1,
      slept: [],
      outcome: { message: 'gave up after 1 attempt' },
    });
  });

  test('ends an attempt, and a pause, with the reason of a cancelled step', async () => {
    const abort = new AbortController();
    const attempt = () => new Promise<never>(() => {});
    const attempting = requestWithRetries(attempt, { signal: abort.signal, onRetry: () => {} });
    abort.abort(new Error('cancelled'));
    await expect(attempting).rejects.toThrow('cancelled');

    const abortLater = new AbortController();
    const onRetry = () => abortLater.abort(new Error('cancelled in a pause'));
    const pausing = requestWithRetries(() => Promise.reject(refused()), {
      signal: abortLater.signal,
      onRetry,
    });
    await expect(pausing).rejects.toThrow('cancelled in a pause');
  });
});

describe('the time of all attempts', () => {
  // The agent's own retries take it up to 9 seconds.
  const slow = [status(500), 9_000] as const;
  const MESSAGE_MS = 12_000;
  const ATTEMPT_MS = 12_000;

  test('gives the agent time for its own retries', async () => {
    const { outcome, lines } = await request([slow, 'credentials']);
    expect(outcome).toBe('credentials');
    expect(lines).toEqual([
      'EKS Pod Identity agent: Server responded with status: 500 (attempt 1 of 5, the next in 0.3 s)',
    ]);
  });

  test.each([
    [55_000, 4],
    [35_000, 2],
    [24_000, 1],
  ])('with %i ms, %i attempts start that can finish, with the message of a refusal', async (budgetMs, n) => {
    const { outcome, attempts, starts } = await request([slow], { budgetMs, random: () => 0.999 });
    expect(attempts).toBe(n);
    expect(outcome).toMatchObject({ attempts: n, cause: { message: 'Server responded with status: 500' } });
    expect(starts.at(-1)).toBeLessThanOrEqual(Math.max(0, budgetMs - ATTEMPT_MS - MESSAGE_MS));
  });

  test('an agent that has not started yet is waited for, as long as an attempt can finish', async () => {
    const { outcome, elapsedMs, attempts, lines } = await request([refused()]);
    expect(outcome).toBeInstanceOf(AttemptsExhausted);
    expect(elapsedMs).toBe(55_000 - ATTEMPT_MS);
    expect(attempts).toBeGreaterThan(10);
    expect(lines[0]).toBe(
      'EKS Pod Identity agent: connect ECONNREFUSED 169.254.170.23:80 (not reachable yet, 0.0 s of 43.0 s, the next in 0.5 s)',
    );
    expect(lines[1]).toContain('(not reachable yet, 0.5 s of 43.0 s, the next in 1.0 s)');
  });

  test('an agent that starts late is found, and waiting for it uses up no attempts', async () => {
    const late = Array.from({ length: 9 }, refused);
    expect(await request([...late, 'credentials'])).toMatchObject({ outcome: 'credentials', attempts: 10 });
    const responses = [...late, status(500), status(500), 'credentials'] as const;
    expect(await request(responses)).toMatchObject({ outcome: 'credentials', attempts: 12 });
  });

  test('no pause is longer than five seconds', async () => {
    const { slept } = await request([refused()], { random: () => 0.999_999 });
    expect(slept.slice(0, 5)).toEqual([999, 1_999, 3_999, 4_999, 4_999]);
    const transient = await request([status(500)], { random: () => 0.999_999, maxAttempts: 7 });
    expect(transient.slept).toEqual([499, 999, 1_999, 3_999, 4_999, 4_999]);
  });

  test('an agent that never responds ends each attempt after 12 seconds', async () => {
    const { outcome, attempts, elapsedMs } = await request(['hang'], { random: () => 0 });
    expect(attempts).toBe(3);
    expect(elapsedMs).toBe(36_000);
    expect(outcome).toMatchObject({ cause: { message: 'no response within 12 s' } });
  });

  test('a short budget bounds the first attempt as well', async () => {
    const { outcome, elapsedMs } = await request(['hang'], { budgetMs: 3_000 });
    expect(elapsedMs).toBe(3_000);
    expect(outcome).toMatchObject({ attempts: 1, cause: { message: 'no response within 3 s' } });
  });

  test('the last response is the cause, not that a later attempt was too slow', async () => {
    const { outcome, attempts } = await request([slow, 'hang']);
    expect(attempts).toBe(3);
    expect(outcome).toMatchObject({ cause: { message: 'Server responded with status: 500' } });
  });

  test('a connection that is refused at last is the cause, whatever was before', async () => {
    const { outcome } = await request([status(503), refused()]);
    expect(outcome).toMatchObject({ cause: { message: expect.stringContaining('ECONNREFUSED') } });
  });
});

test.each([
  ['Error: connect ECONNREFUSED 127.0.0.1:80', 'connect ECONNREFUSED 127.0.0.1:80'],
  ['TimeoutError: socket timed out', 'socket timed out'],
  ['SyntaxError: Error: x', 'SyntaxError: Error: x'],
  ['AggregateError', 'ECONNREFUSED at every address of the host'],
  ['AggregateError: x', 'AggregateError: x'],
  ['an AggregateError', 'an AggregateError'],
])('the message %j in plain words: %j', (message, plain) => {
  expect(plainMessage(message)).toBe(plain);
});
