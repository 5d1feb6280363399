import { type Clock, SYSTEM_CLOCK } from './waiting.ts';

/** How long to go on, in milliseconds. */
const LONGEST_MS = 2_000;
/** Between two attempts, in milliseconds: short, and spread so that it meets the gaps of what recurs. */
const PAUSE_MS = { least: 10, spread: 50 };

/**
 * Does something again, for about two seconds, while it throws what is expected to pass.
 * Returns what it returns, and throws its last error. If the signal aborts, only the attempt under way counts.
 */
export async function retryBriefly<Result>(
  attempt: () => Result,
  mayPass: (error: unknown) => boolean,
  signal: AbortSignal,
  { now, random, sleep }: Clock = SYSTEM_CLOCK,
): Promise<Result> {
  const end = now() + LONGEST_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (signal.aborted || now() >= end || !mayPass(error)) throw error;
      await sleep(PAUSE_MS.least + random() * PAUSE_MS.spread, signal).catch(() => {
        throw error;
      });
    }
  }
}
