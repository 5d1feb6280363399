import { singleLine } from '../runner/safe-text.ts';

/** An attempt that failed, and what comes next. */
export type Retry = {
  /** What was tried, as the start of a sentence. */
  readonly what: string;
  /** In which words it failed. */
  readonly failure: string;
  /** The attempt that failed, counted from 1. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Until the next attempt, in milliseconds. */
  readonly delayMs: number;
};

/** The line of the log for a retry: what failed, which attempt of how many, how long until the next. */
export function retryLine({ what, failure, attempt, maxAttempts, delayMs }: Retry): string {
  const seconds = (delayMs / 1000).toFixed(1);
  return `${what}: ${singleLine(failure)} (attempt ${attempt} of ${maxAttempts}, the next in ${seconds} s)`;
}
