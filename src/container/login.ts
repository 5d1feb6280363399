import { mkdirSync } from 'node:fs';
import { Failure, messageOf } from '../errors/failure.ts';
import { parsePrivateHost } from '../registry/host.ts';
import type { RegistryLogin } from '../registry/login.ts';
import { retryLine } from '../retry/retry-line.ts';
import { type BackoffLimits, backoffDelayMs, type Clock, SYSTEM_CLOCK } from '../retry/waiting.ts';
import * as log from '../runner/log.ts';
import { directoryOf } from './auth-file-location.ts';
import { ClientError, type ContainerClient, type LoginAttempt } from './client.ts';
import { helperInFile, isInFile, versionOf } from './find-login.ts';
import { withLock } from './lock.ts';
import { OverwrittenLogin, verifyLogin } from './verify-login.ts';

/** What a login depends on besides client and registry. */
export type LoginOptions = LoginAttempt & {
  /** Called where the login fails and is certain not to be written. An earlier login is still there, then. */
  readonly onNotWritten: () => void;
  /** Whether the auth file is the job's own. */
  readonly isIsolated: boolean;
  readonly maxAttempts: number;
  readonly clock?: Clock;
};

/** Tells a known error that the credential helper, if there is one, is named by no auth file. */
const NO_HELPER = 'no helper in the auth file';

/** An overloaded registry recovers within seconds, or takes longer: the pauses cover both. */
const LOGIN_BACKOFF: BackoffLimits = { baseMs: 1_000, capMs: 10_000 };

/**
 * Logs a container client in to one registry. Each attempt holds the lock of the directory in which the client keeps the
 * login, and is repeated after a transient error, or where another program has overwritten the login.
 * Throws a Failure with the registry and the client's message, or the signal's reason where that aborts while it waits for
 * the lock.
 */
export async function logIn(
  client: ContainerClient,
  login: RegistryLogin,
  options: LoginOptions,
): Promise<void> {
  const { onNotWritten } = options;
  let isInterrupted = false;
  try {
    await logInWithRetries(client, login, options, (error) => {
      isInterrupted ||= error.isInterrupted;
    });
  } catch (error) {
    if (!isInterrupted && !isInFile(client, login)) onNotWritten();
    throw error;
  }
}

async function logInWithRetries(
  client: ContainerClient,
  login: RegistryLogin,
  { maxAttempts, signal, clock = SYSTEM_CLOCK, ...options }: LoginOptions,
  onError: (error: ClientError) => void,
): Promise<void> {
  let previous: ClientError | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const error = await attemptLogin(client, login, { signal, ...options });
    if (error === undefined) return;
    onError(error);
    if (attempt >= maxAttempts && error instanceof OverwrittenLogin) {
      log.warning(`${error.message}. Pulls and pushes may be denied.`);
      return;
    }
    // An attempt that is cut short says nothing about the registry; the one before it does.
    if (signal.aborted) throw loginFailure(client, login, previous ?? error);
    if (!error.isTransient || attempt >= maxAttempts) throw loginFailure(client, login, error);
    previous = error;
    const delayMs = backoffDelayMs(attempt, LOGIN_BACKOFF, clock.random);
    const what = `${client.tool.name} login to registry ${login.registry}`;
    log.info(retryLine({ what, failure: error.message, attempt, maxAttempts, delayMs }));
    await clock.sleep(delayMs, signal).catch(() => Promise.reject(loginFailure(client, login, error)));
  }
}

/** Makes one attempt under the lock; returns the error of one that failed. */
async function attemptLogin(
  client: ContainerClient,
  login: RegistryLogin,
  attempt: LoginAttempt & Pick<LoginOptions, 'isIsolated'>,
): Promise<ClientError | undefined> {
  const directory = directoryOf(client.location);
  if (directory !== undefined) makeDirectory(directory);
  return withLock(directory, attempt.signal, async () => {
    const before = versionOf(client.location.file);
    try {
      await client.logIn(login, attempt);
      verifyLogin(client, login, before, attempt.isIsolated);
      return undefined;
    } catch (error) {
      if (error instanceof ClientError) return error;
      throw error;
    }
  });
}

/** Makes the directory, with the mode that the client would give it, so that programs that start at once share one lock. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    log.debug(`The directory ${directory} could not be made: ${messageOf(error)}`);
  }
}

function loginFailure(client: ContainerClient, { registry }: RegistryLogin, cause: ClientError): Failure {
  const { tool } = client;
  const host = parsePrivateHost(registry);
  const region = typeof host === 'string' ? undefined : host.region;
  return new Failure(
    {
      area: 'container-client',
      what: `${tool.name} could not log in to registry ${registry}: ${cause.message}`,
      details: helperInFile(client, registry) === undefined ? NO_HELPER : '',
      facts: { tool: tool.name, registry, region },
    },
    { cause },
  );
}
