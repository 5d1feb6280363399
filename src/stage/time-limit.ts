import { Failure } from '../errors/failure.ts';

/**
 * How long a stage may take, in milliseconds. Everything that is tried again is bounded by itself, but the sum is not.
 * What is under way is then ended, which takes seconds: five minutes in all.
 */
export const STEP_BUDGET_MS = 290_000;

/** Time for a stage that was told to end to do so by itself, in milliseconds; on a cancel the runner gives about ten seconds. */
const END_MS = 2_500;

/** What ends a stage before it is done. */
export type TimeLimit = {
  /** Aborts when the step is cancelled or its time is over; the reason is a Failure that says which. */
  readonly signal: AbortSignal;
  /**
   * Rejects some seconds later, for a stage that has still not ended: not everything that it waits for can be told to
   * stop; the SDK's credential providers cannot.
   */
  readonly givenUp: Promise<never>;
};

/**
 * Sets the limits of a stage, from now on.
 *
 * @param signals where the signals of the runner arrive: the process
 */
export function setTimeLimit(signals: Pick<NodeJS.EventEmitter, 'on'>): TimeLimit {
  const limit = new AbortController();
  const end = (what: string): void => limit.abort(new Failure({ what }));
  for (const name of ['SIGINT', 'SIGTERM']) signals.on(name, () => end(`The step was cancelled (${name}).`));
  const minutes = Math.ceil(STEP_BUDGET_MS / 60_000);
  setTimeout(end, STEP_BUDGET_MS, `The step was not done within ${minutes} minutes, so it was ended.`);
  const givenUp = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => setTimeout(reject, END_MS));
  });
  return { signal: limit.signal, givenUp };
}
