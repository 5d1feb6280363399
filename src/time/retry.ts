import { setTimeout } from 'node:timers/promises';
import { singleLine } from '../runner/log.ts';

/** Time and chance, in one value, so that a test can bring its own. */
export type Clock = {
  /** Milliseconds since a fixed moment; never goes back. */
  now: () => number;
  /** Waits for some milliseconds. Rejects with the signal's reason as soon as it aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number from 0 up to, but not including, 1. */
  random: () => number;
};

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  // On its own, it rejects with an AbortError.
  sleep: (ms, signal) =>
    setTimeout(ms, undefined, { signal }).catch(() => Promise.reject(signal.reason)),
  random: Math.random,
};

/** The longest pause after the first failed attempt, and the longest of all, in milliseconds. */
export type Backoff = { baseMs: number; capMs: number };

/**
 * How long to wait after a failed attempt, in milliseconds: exponential backoff with full jitter.
 * Runners that failed together do not retry together.
 *
 * @param attempt the attempt that has just failed, counted from 1
 */
export function backoffMs(attempt: number, { baseMs, capMs }: Backoff, random = Math.random) {
  const exponentialMs = baseMs * 2 ** (attempt - 1);
  const longestMs = Math.min(capMs, exponentialMs);

  return Math.floor(random() * longestMs);
}

/** The line of the log for a failed attempt that is followed by another. */
export function retryLine(failure: string, progress: string, delayMs: number) {
  const seconds = (delayMs / 1000).toFixed(1);

  return `${singleLine(failure)} (${progress}; retrying in ${seconds} s)`;
}

/** Work that did not end within its deadline. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`no response within ${ms / 1000} s`);
    this.name = 'DeadlineError';
  }
}

/**
 * Resolves and rejects as the work does, but rejects with a DeadlineError after so many
 * milliseconds, and with the signal's reason if it aborts. Work that is given up can run on. Its
 * result is ignored.
 *
 * @param work gets a signal that aborts once nobody waits for it any more
 */
export async function withDeadline<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  ms: number,
  signal: AbortSignal,
  clock: Clock = SYSTEM_CLOCK,
): Promise<Result> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const deadline = clock.sleep(ms, either).then(() => {
    throw new DeadlineError(ms);
  });

  try {
    return await Promise.race([work(done.signal), deadline]);
  } finally {
    done.abort();
  }
}
