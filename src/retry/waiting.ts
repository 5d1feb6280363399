/** What waiting and retrying take from the outside, in one value, so that tests can bring a time of their own. */
export type Clock = {
  /** Milliseconds since a fixed moment; never goes back. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
};

export const SYSTEM_CLOCK: Clock = { now: () => performance.now(), sleep, random: Math.random };

/** The bounds of a growing pause, in milliseconds. */
export type BackoffLimits = {
  /** The longest pause after the first failed attempt. */
  readonly baseMs: number;
  /** The longest pause of all. */
  readonly capMs: number;
};

/** Work that did not end within its deadline. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`no response within ${ms / 1000} s`);
    this.name = 'DeadlineError';
  }
}

/**
 * Waits. Rejects with the signal's reason as soon as it aborts, or at once if it already has.
 *
 * @param ms in milliseconds
 */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Resolves and rejects as the work does, but rejects with a DeadlineError after the deadline, and with the signal's
 * reason when it aborts. Work that is given up runs on; what becomes of it is ignored.
 *
 * @param work gets a signal that aborts once nobody waits for the work any more
 * @param ms the deadline, in milliseconds
 */
export async function withDeadline<Result>(
  work: (over: AbortSignal) => Promise<Result>,
  ms: number,
  signal: AbortSignal,
  clock: Clock = SYSTEM_CLOCK,
): Promise<Result> {
  const done = new AbortController();
  const timer = clock.sleep(ms, AbortSignal.any([signal, done.signal])).then(() => {
    throw new DeadlineError(ms);
  });
  // Work that throws at once rejects, like any other.
  const working = async (): Promise<Result> => work(done.signal);
  try {
    return await Promise.race([working(), timer]);
  } finally {
    done.abort();
  }
}

/**
 * How long to wait after a failed attempt, in whole milliseconds: exponential backoff with full jitter.
 *
 * The bound doubles with every attempt up to the cap, and the pause is drawn evenly from all that is below it, so
 * that runners that failed together do not retry together.
 *
 * @param attempt the attempt that has just failed, counted from 1
 * @param random gives a number from 0 up to, but not including, 1
 */
export function backoffDelayMs(
  attempt: number,
  { baseMs, capMs }: BackoffLimits,
  random: () => number = Math.random,
): number {
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** (attempt - 1)));
}
