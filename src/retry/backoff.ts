/** The bounds of a growing pause, in milliseconds. */
export type BackoffLimits = {
  /** The longest pause after the first failed attempt. */
  readonly baseMs: number;
  /** The longest pause of all. */
  readonly capMs: number;
};

/**
 * How long to wait after a failed attempt, in whole milliseconds: exponential backoff with full jitter.
 *
 * The bound doubles with every attempt up to the cap, and the pause is drawn evenly from all that is below it, so
 * that many runners that failed together do not come back together.
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
