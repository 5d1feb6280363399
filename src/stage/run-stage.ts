import { type Environment, leaveEmptyHome, readEnvironment } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { endProcess } from './process-end.ts';
import { catchStrayOutput } from './stray-output.ts';
import { setTimeLimit } from './time-limit.ts';

/**
 * Runs one stage of the action, main or post, and ends the process: with exit code 1 where the stage throws, is
 * cancelled, or takes too long.
 */
export async function runStage(
  stage: (environment: Environment, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  catchStrayOutput(console, process);
  leaveEmptyHome();
  const { signal, givenUp } = setTimeLimit(process);
  try {
    await Promise.race([stage(readEnvironment(), signal), givenUp]);
  } catch (error) {
    log.failed(signal.aborted ? signal.reason : error);
  }
  // A request that was given up may still hold its socket open, and the process with it. What was printed must be
  // out first: writing to a pipe is not done at once on every platform.
  process.stdout.write('', () => endProcess(process));
}
