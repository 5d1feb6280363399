import { leaveEmptyHome, readEnvironment } from './environment.ts';
import * as log from './log.ts';
import { endProcess } from './process-end.ts';
import { isPost, markStarted } from './state.ts';
import { setStepLimits } from './step-limits.ts';
import { catchStrayOutput } from './stray-output.ts';

/**
 * The entry of both stages. The mark that tells them apart is saved before anything else: a main that fails early
 * must not be taken for main again when post comes.
 */
async function runStage(signal: AbortSignal): Promise<void> {
  if (isPost()) {
    const { post } = await import('./post.ts');
    return post(readEnvironment(), signal);
  }
  markStarted();
  const { main } = await import('./main.ts');
  return main(readEnvironment(), signal);
}

catchStrayOutput(console, process);
leaveEmptyHome();
const { signal, givenUp } = setStepLimits(process);

try {
  await Promise.race([runStage(signal), givenUp]);
} catch (error) {
  log.failed(signal.aborted ? signal.reason : error);
}
// A request that was given up may still hold its socket open, and the process with it. What was printed must be out
// first: writing to a pipe is not done at once on every platform.
process.stdout.write('', () => endProcess(process));
