import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import { format } from 'node:util';
import { Failure, messageOf } from './errors/failure.ts';
import * as log from './runner/log.ts';
import { END_OF_STEP_MS, STEP_MS } from './time/limits.ts';

const TIME_IS_OVER = new Failure(`Timed out after ${STEP_MS / 1000} s.`);

/**
 * Runs a step and ends the process: with exit code 1 and an explanation if the step throws, is
 * canceled, or takes too long.
 *
 * @param step gets a signal that aborts when the step is to end, and when its time is over, by the
 * clock of `performance`
 */
export async function run(step: (signal: AbortSignal, endMs: number) => Promise<void>) {
  catchStrayOutput();
  prepareEnvironment();

  const { signal, givenUp } = setLimits();
  const endMs = performance.now() + STEP_MS;
  try {
    await Promise.race([step(signal, endMs), givenUp]);
  } catch (error) {
    const failure = signal.aborted ? whyItEnded(signal, error) : asKnownError(error);
    const { explain } = await import('./known-errors/explain.ts');
    log.failed(explain(failure), failure);
  }

  // Not every platform writes to a pipe at once.
  process.stdout.write('', () => endProcess(signal.aborted));
}

/**
 * The AWS SDK and node print by themselves, raw, to streams that the runner takes commands from.
 */
function catchStrayOutput() {
  for (const method of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
    console[method] = (...words: unknown[]) => log.debug(format(...words));
  }

  // Once node has printed a warning, it keeps the console.error of that time.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.debug(`${warning.name}: ${warning.message}`));

  process.on('uncaughtException', (error) => {
    log.failed(messageOf(error), error);
    process.exit();
  });
}

/** Variables that are often set from a file or a secret, with a line break at the end. */
const TRIMMED = /^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|(?:DEFAULT_)?REGION)$/;

/** Settles how variables are read, before anything reads them. */
function prepareEnvironment() {
  for (const [name, text = ''] of Object.entries(process.env)) {
    if (TRIMMED.test(name)) process.env[name] = text.trim();
    // An empty variable counts as not set: workflows blank what the runner hands down.
    if (process.env[name] === '') delete process.env[name];
  }

  // With it, a library of the proxy prints passwords, and what the proxy sends.
  delete process.env['DEBUG'];

  // From a home such as `~`, the SDK would read its configuration in the checkout.
  if (!isAbsolute(process.env['HOME'] ?? '/')) delete process.env['HOME'];
  try {
    homedir();
  } catch {
    // The user has no entry in /etc/passwd, and the SDK needs a home at each call.
    process.env['HOME'] = '/nonexistent';
  }
}

/**
 * The signal aborts on a cancel, and when the time is over. Not all work can be told to end: a step
 * is given up then.
 */
function setLimits() {
  const limit = new AbortController();
  const { signal } = limit;

  for (const name of ['SIGINT', 'SIGTERM']) {
    process.on(name, () => limit.abort(new Failure(`The step was canceled (${name}).`)));
  }
  setTimeout(() => limit.abort(TIME_IS_OVER), STEP_MS);

  const givenUp = new Promise<never>((_, reject) => {
    const giveUpSoon = () => setTimeout(() => reject(signal.reason), END_OF_STEP_MS);
    signal.addEventListener('abort', giveUpSoon);
  });
  return { signal, givenUp };
}

/**
 * The files by which a step reports to the runner, which creates them for its own user (0644;
 * actions/runner 3290).
 */
const COMMAND_FILES = ['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STATE'];

/** A user who may not write one of these files gets to know what to do. */
export function asKnownError(error: unknown) {
  const { code, path } = error as NodeJS.ErrnoException;
  const isCommandFile = COMMAND_FILES.some((name) => process.env[name] === path);
  if (code !== 'EACCES' || !isCommandFile) return error;

  return new Failure(messageOf(error), { cause: error, knownError: 'command-file' });
}

/** A step that has run out of time also says what it was failing at. */
function whyItEnded({ reason }: AbortSignal, error: unknown) {
  if (reason !== TIME_IS_OVER || error === reason) return reason;

  return new AggregateError([reason, error]);
}

/**
 * `process.exit` waits for node's threads: a name server that does not answer holds it for 20
 * seconds, a mount that is gone for ever. A step that was cut short has no such time.
 */
function endProcess(isCutShort: boolean) {
  const isThread = /^(?:FSReq|FileHandle|Get)/;
  const isStuck = process.getActiveResourcesInfo().some((work) => isThread.test(work));

  if (isCutShort && isStuck) process.kill(process.pid, 'SIGKILL');
  else process.exit();
}
