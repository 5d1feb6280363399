import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import { format } from 'node:util';
import { Failure, messageOf } from './errors/failure.ts';
import { jobHookLimit } from './job-hook.ts';
import * as log from './log.ts';

/** Everything that is retried has limits, but their sum is too long for a step. */
const TIME_LIMIT_S = jobHookLimit() ?? 290;

const TIME_IS_OVER = new Failure(`Timed out after ${TIME_LIMIT_S} s.`);

/** How long a step that was told to end may take for that, in milliseconds. On a cancel, the runner allows ten seconds. */
const END_MS = 2_500;

/**
 * Runs a step and ends the process: with exit code 1 and an explanation if the step throws, is canceled, or takes too long.
 *
 * @param step gets a signal that aborts when the step is to end, and its time limit in milliseconds
 */
export async function run(
  step: (signal: AbortSignal, limitMs: number) => Promise<void>,
): Promise<void> {
  catchStrayOutput();
  prepareEnvironment();
  const { signal, givenUp } = setLimits();
  try {
    await Promise.race([step(signal, TIME_LIMIT_S * 1000), givenUp]);
  } catch (error) {
    const failure = signal.aborted ? whyItEnded(signal, error) : error;
    const { explain } = await import('./errors/explain.ts');
    log.failed(explain(failure), failure);
  }
  // Not every platform writes to a pipe at once.
  process.stdout.write('', () => endProcess(signal.aborted));
}

/** The AWS SDK and node print by themselves, raw, to streams that the runner takes commands from. */
function catchStrayOutput(): void {
  for (const method of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
    console[method] = (...words: unknown[]): void => log.debug(format(...words));
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
function prepareEnvironment(): void {
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

/** The signal aborts on a cancel, and when the time is over. Not all work can be told to end: a step is given up then. */
function setLimits(): { readonly signal: AbortSignal; readonly givenUp: Promise<never> } {
  const limit = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) {
    process.on(name, () => limit.abort(new Failure(`The step was canceled (${name}).`)));
  }
  setTimeout(() => limit.abort(TIME_IS_OVER), TIME_LIMIT_S * 1000);
  const givenUp = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () =>
      setTimeout(() => reject(limit.signal.reason), END_MS),
    );
  });
  return { signal: limit.signal, givenUp };
}

/** A step that has run out of time also says what it was failing at. */
function whyItEnded({ reason }: AbortSignal, error: unknown): unknown {
  return reason === TIME_IS_OVER && error !== reason ? new AggregateError([reason, error]) : reason;
}

/**
 * `process.exit` waits for node's threads: a name server that does not answer holds it for 20 seconds, a mount that is
 * gone for ever. A step that was cut short has no such time.
 */
function endProcess(isCutShort: boolean): void {
  const isStuck = process
    .getActiveResourcesInfo()
    .some((work) => /^(?:FSReq|FileHandle|Get)/.test(work));
  if (isCutShort && isStuck && process.platform !== 'win32') process.kill(process.pid, 'SIGKILL');
  else process.exit();
}
