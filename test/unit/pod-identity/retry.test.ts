import { describe, expect, test } from '@jest/globals';
import { AttemptsExhausted, judgeAttempt, requestWithRetries } from '../../../src/pod-identity/retry.ts';
import { fakeClock } from '../retry/fake-clock.ts';

const { signal } = new AbortController();
const refused = () => new Error('Error: connect ECONNREFUSED 169.254.170.23:80');
const status = (code: number) => new Error(`Server responded with status: ${code}`);

/** Asks an agent that answers as told, the last answer for ever, and tells how it went. */
async function askAgent(
  answers: readonly (Error | 'hang' | 'credentials')[],
  options: { maxAttempts?: number; random?: () => number } = {},
) {
  const { random, ...retries } = options;
  const clock = fakeClock(random);
  const start = clock.now();
  const lines: string[] = [];
  let tries = 0;
  const ask = async () => {
    const answer = answers[Math.min(tries, answers.length - 1)];
    tries += 1;
    if (answer === 'hang') return new Promise<never>(() => {});
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const onRetry = (line: string) => void lines.push(line);
  const outcome = await requestWithRetries(ask, { ...retries, signal, onRetry, clock }).catch(
    (error: unknown) => error,
  );
  return { outcome, tries, lines, elapsedMs: clock.now() - start, slept: clock.slept };
}

describe('which failures are tried again', () => {
  test.each([
    ['connection refused', refused(), 'unreachable'],
    ['no route', new Error('Error: connect EHOSTUNREACH 169.254.170.23:80'), 'unreachable'],
    ['no network', new Error('Error: connect ENETUNREACH fd00:ec2::23:80'), 'unreachable'],
    ['both addresses of localhost refused', new Error('AggregateError'), 'unreachable'],
    ['a code and no word of it', Object.assign(new Error('failed'), { code: 'ECONNREFUSED' }), 'unreachable'],
    ['a connection that is cut', new Error('Error: read ECONNRESET'), 'passing'],
    ['a connection that is closed', new Error('Error: socket hang up'), 'passing'],
    [
      'an answer that ends in the middle',
      Object.assign(new Error('aborted'), { code: 'ECONNRESET' }),
      'passing',
    ],
    ['a time-out of the system', new Error('Error: connect ETIMEDOUT 169.254.170.23:80'), 'passing'],
    ['429', status(429), 'passing'],
    ['500', status(500), 'passing'],
    ['503', status(503), 'passing'],
    ['400', status(400), 'final'],
    ['403', status(403), 'final'],
    ['404', status(404), 'final'],
    ['a redirect', status(302), 'final'],
    ['a URL that is none', new TypeError('Invalid URL'), 'final'],
    ['no token file', Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' }), 'final'],
    ['what is no error at all', 'gone', 'final'],
  ])('%s', (_, error, outcome) => {
    expect(judgeAttempt(error)).toBe(outcome);
  });
});

describe('asking the agent', () => {
  test('credentials at once', async () => {
    expect(await askAgent(['credentials'])).toMatchObject({ outcome: 'credentials', tries: 1, lines: [] });
  });

  test('a final answer is not tried again', async () => {
    const { outcome, tries, elapsedMs } = await askAgent([status(404), 'credentials']);
    expect(tries).toBe(1);
    expect(elapsedMs).toBe(0);
    expect(outcome).toMatchObject({ tries: 1, cause: { message: 'Server responded with status: 404' } });
  });

  test('what may pass is tried five times in all, with growing pauses', async () => {
    const { outcome, tries, slept } = await askAgent([status(500)]);
    expect(tries).toBe(5);
    expect(slept).toEqual([250, 500, 1_000, 2_000]);
    expect(outcome).toBeInstanceOf(AttemptsExhausted);
    expect(outcome).toMatchObject({ tries: 5, elapsedMs: 3_750, message: 'given up after 5 tries' });
  });

  test('and goes on as soon as it has passed', async () => {
    const answers = [status(503), new Error('Error: read ECONNRESET'), 'hang', 'credentials'] as const;
    const { outcome, tries, lines } = await askAgent(answers);
    expect({ outcome, tries }).toEqual({ outcome: 'credentials', tries: 4 });
    expect(lines).toEqual([
      'The agent of EKS Pod Identity: Server responded with status: 503 (attempt 1 of 5, the next in 0.3 s)',
      'The agent of EKS Pod Identity: read ECONNRESET (attempt 2 of 5, the next in 0.5 s)',
      'The agent of EKS Pod Identity: no response within 5 s (attempt 3 of 5, the next in 1.0 s)',
    ]);
  });

  test('an agent that accepts and never answers ends each try after five seconds', async () => {
    const { outcome, tries, elapsedMs } = await askAgent(['hang'], { random: () => 0 });
    expect(tries).toBe(5);
    expect(elapsedMs).toBe(25_000);
    expect(outcome).toMatchObject({ cause: { name: 'DeadlineError' } });
  });

  test('an agent that is not there yet is waited for, for up to 60 seconds', async () => {
    const { outcome, tries, elapsedMs, lines } = await askAgent([refused()]);
    expect(outcome).toBeInstanceOf(AttemptsExhausted);
    expect(elapsedMs).toBe(60_000);
    expect(tries).toBeGreaterThan(10);
    expect(lines[0]).toBe(
      'The agent of EKS Pod Identity: connect ECONNREFUSED 169.254.170.23:80 (not there yet, 0.0 s of 60.0 s, the next in 0.5 s)',
    );
  });

  test('no pause is longer than five seconds', async () => {
    const { slept } = await askAgent([refused()], { random: () => 0.999_999 });
    expect(slept.slice(0, 5)).toEqual([999, 1_999, 3_999, 4_999, 4_999]);
    const passing = await askAgent([status(500)], { random: () => 0.999_999, maxAttempts: 7 });
    expect(passing.slept).toEqual([499, 999, 1_999, 3_999, 4_999, 4_999]);
  });

  test('an agent that starts late is found', async () => {
    const late = [...Array.from({ length: 9 }, refused), 'credentials'] as const;
    expect(await askAgent(late)).toMatchObject({ outcome: 'credentials', tries: 10 });
  });

  test('waiting for the start does not use up the tries', async () => {
    const answers = [...Array.from({ length: 6 }, refused), status(500), status(500), 'credentials'] as const;
    expect(await askAgent(answers)).toMatchObject({ outcome: 'credentials', tries: 9 });
  });

  test.each([[1], [2], [7]])('maxAttempts %i is how often what may pass is tried', async (maxAttempts) => {
    expect(await askAgent([status(429)], { maxAttempts })).toMatchObject({ tries: maxAttempts });
  });

  test('maxAttempts 1 waits for nothing, not for the start of the agent either', async () => {
    expect(await askAgent([refused()], { maxAttempts: 1 })).toMatchObject({
      tries: 1,
      slept: [],
      outcome: { message: 'given up after 1 try' },
    });
  });

  test('a cancelled step ends a try, and a pause, with the reason', async () => {
    const abort = new AbortController();
    const ask = () => new Promise<never>(() => {});
    const trying = requestWithRetries(ask, { signal: abort.signal, onRetry: () => {} });
    abort.abort(new Error('cancelled'));
    await expect(trying).rejects.toThrow('cancelled');

    const abortLater = new AbortController();
    const onRetry = () => abortLater.abort(new Error('cancelled in a pause'));
    const pausing = requestWithRetries(() => Promise.reject(refused()), {
      signal: abortLater.signal,
      onRetry,
    });
    await expect(pausing).rejects.toThrow('cancelled in a pause');
  });
});
