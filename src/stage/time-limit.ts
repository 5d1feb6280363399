import { Failure } from '../errors/failure.ts';

/**
 * How long a step may take, in milliseconds. Everything that is tried again is bounded by itself, but the sum is not.
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
 * @param budgetMs time for the stage, in milliseconds
 */
export function setTimeLimit(signals: Pick<NodeJS.EventEmitter, 'on'>, budgetMs: number): TimeLimit {
  const limit = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) {
    signals.on(name, () => limit.abort(new Failure({ what: `The step was cancelled (${name}).` })));
  }
  setTimeout(() => limit.abort(new TimeIsOver(budgetMs)), budgetMs);
  const givenUp = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => setTimeout(reject, END_MS));
  });
  return { signal: limit.signal, givenUp };
}

/** The time of a stage is over. */
export class TimeIsOver extends Failure {
  constructor(budgetMs: number) {
    const minutes = Math.ceil(budgetMs / 60_000);
    super({ what: `Timed out after ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.` });
  }
}
