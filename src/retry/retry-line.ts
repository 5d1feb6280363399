import { singleLine } from '../runner/safe-text.ts';

/** A failed attempt that is followed by another. */
export type Retry = {
  /** What was attempted, as the start of a sentence. */
  readonly what: string;
  /** The message of the failure. */
  readonly failure: string;
  /** The failure itself, where more than its message is needed. */
  readonly cause?: unknown;
  /** The failed attempt, counted from 1. */
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
