import { sleep } from './sleep.ts';

/** What waiting and retrying take from the outside, in one value, so that tests can bring a time of their own. */
export type Clock = {
  /** Milliseconds since a fixed moment; never goes back. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
};

export const SYSTEM_CLOCK: Clock = { now: () => performance.now(), sleep, random: Math.random };
