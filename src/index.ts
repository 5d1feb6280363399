import { readEnvironment } from './environment.ts';
import { Failure } from './failure/failure.ts';
import * as log from './log.ts';
import { isPost, markStarted } from './state.ts';

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

/** Time for a cancelled stage to end its child process by itself, in milliseconds; the runner gives about ten seconds. */
const CANCEL_MS = 2_500;

const cancelled = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => cancelled.abort(new Failure({ what: `The step was cancelled (${name}).` })));
}
// Not everything that a stage waits for can be told to stop: the SDK's credential providers cannot.
const givenUp = new Promise<never>((_, reject) => {
  cancelled.signal.addEventListener('abort', () => setTimeout(reject, CANCEL_MS));
});

try {
  await Promise.race([runStage(cancelled.signal), givenUp]);
} catch (error) {
  log.failed(cancelled.signal.aborted ? cancelled.signal.reason : error);
}
// A request that was given up may still hold its socket open, and the process with it. What was printed must be out
// first: writing to a pipe is not done at once on every platform.
process.stdout.write('', () => process.exit());
