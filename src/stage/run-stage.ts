import { Diagnosis } from '../errors/diagnosis.ts';
import { type Environment, leaveEmptyHome, readEnvironment, trimVariables } from '../runner/environment.ts';
import { endProcess } from './process-end.ts';
import { catchStrayOutput } from './stray-output.ts';
import { STEP_BUDGET_MS, setTimeLimit, TimeIsOver } from './time-limit.ts';

/** What all parts of a stage share. */
export type Stage = {
  readonly environment: Environment;
  /** Aborts where the step is cancelled or its time is over. */
  readonly signal: AbortSignal;
  /** The checks that were made so far; shown where the stage fails. */
  readonly diagnosis: Diagnosis;
};

/** How a stage is run. */
export type StageOptions = {
  /** Time for the stage, in milliseconds; that of a step if it is not set. */
  readonly budgetMs?: number;
  /** Reports what the stage throws. */
  readonly report: (error: unknown, diagnosis: Diagnosis, environment: Environment) => Promise<void>;
};

/**
 * Runs one stage of the action and ends the process: with exit code 1, and a report of what failed, where the stage
 * throws, is cancelled, or takes too long.
 */
export async function runStage(
  run: (stage: Stage) => Promise<void>,
  { budgetMs = STEP_BUDGET_MS, report }: StageOptions,
): Promise<void> {
  catchStrayOutput(console, process);
  leaveEmptyHome();
  trimVariables();
  const environment = readEnvironment();
  const diagnosis = new Diagnosis();
  const { signal, givenUp } = setTimeLimit(process, budgetMs);
  try {
    await Promise.race([run({ environment, signal, diagnosis }), givenUp]);
  } catch (error) {
    await report(signal.aborted ? reasonOf(signal, error) : error, diagnosis, environment);
  }
  // A request that was given up may still hold its socket open, and with it the process. What was printed is written
  // out first: not every platform writes to a pipe at once.
  process.stdout.write('', () => endProcess(process, signal.aborted));
}

/** Why a stage was cut short. One that has run out of time also says what it was failing at. */
function reasonOf({ reason }: AbortSignal, error: unknown): unknown {
  const saysAll = !(reason instanceof TimeIsOver) || error === undefined || error === reason;
  if (saysAll) return reason;
  return new AggregateError([reason, ...(error instanceof AggregateError ? error.errors : [error])]);
}
