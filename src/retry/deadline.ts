import { type Clock, SYSTEM_CLOCK } from './clock.ts';

/** Work that was not done in its time. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`no response within ${ms / 1000} s`);
    this.name = 'DeadlineError';
  }
}

/**
 * Gives what the work gives, unless that takes longer than the deadline: then it rejects with a DeadlineError. It
 * rejects with the signal's reason where that aborts first. Work that was given up goes on unseen; it must not throw
 * later what nobody catches, so its outcome is taken and dropped here.
 *
 * @param work is told by a signal that nobody waits for it any more
 * @param ms in milliseconds
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
  const working = work(done.signal);
  working.catch(() => {});
  timer.catch(() => {});
  try {
    return await Promise.race([working, timer]);
  } finally {
    done.abort();
  }
}
