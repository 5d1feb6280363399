import { Diagnosis } from '../errors/diagnosis.ts';
import { reportFailure } from '../errors/report.ts';
import { type Environment, leaveEmptyHome, readEnvironment, trimVariables } from '../runner/environment.ts';
import { endProcess } from './process-end.ts';
import { catchStrayOutput } from './stray-output.ts';
import { setTimeLimit } from './time-limit.ts';

/** What all parts of a stage share. */
export type Stage = {
  readonly environment: Environment;
  /** Aborts where the step is cancelled or its time is over. */
  readonly signal: AbortSignal;
  /** The checks that were made so far; shown where the stage fails. */
  readonly diagnosis: Diagnosis;
};

/**
 * Runs one stage of the action, main or post, and ends the process: with exit code 1, and a report of what failed, where
 * the stage throws, is cancelled, or takes too long.
 */
export async function runStage(run: (stage: Stage) => Promise<void>): Promise<void> {
  catchStrayOutput(console, process);
  leaveEmptyHome();
  trimVariables();
  const environment = readEnvironment();
  const diagnosis = new Diagnosis();
  const { signal, givenUp } = setTimeLimit(process);
  try {
    await Promise.race([run({ environment, signal, diagnosis }), givenUp]);
  } catch (error) {
    await reportFailure(signal.aborted ? signal.reason : error, diagnosis, environment);
  }
  // A request that was given up may still hold its socket open, and with it the process. What was printed is written
  // out first: not every platform writes to a pipe at once.
  process.stdout.write('', () => endProcess(process, signal.aborted));
}
