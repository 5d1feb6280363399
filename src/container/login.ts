import { mkdirSync } from 'node:fs';
import { Failure, messageOf } from '../errors/failure.ts';
import { parsePrivateHost } from '../registry/host.ts';
import type { RegistryLogin } from '../registry/login.ts';
import { retryLine } from '../retry/retry-line.ts';
import type { Environment } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import { directoryOf } from './auth-file-location.ts';
import { type ContainerClient, clientEnvironment, failureReason } from './client.ts';
import { writeEntry } from './config-file.ts';
import { withLock } from './lock.ts';
import { logInWithRetries, type Refusal } from './login-retry.ts';
import { type ProcessResult, runProcess } from './process.ts';
import type { ToolName } from './tool.ts';

/** Time for one login, in milliseconds. A registry across the world answers in a few seconds. */
const LOGIN_DEADLINE_MS = 45_000;

/**
 * Logs a container client in to one registry. Each try holds the lock of the place where the client keeps the login;
 * what passes by itself is tried again. The password goes over standard input only: arguments and environment can be
 * read by other processes of the machine.
 * Throws a Failure with the registry and the client's own words.
 */
export async function logInTo(
  client: ContainerClient,
  login: RegistryLogin,
  { environment, maxAttempts, signal }: LoginRules,
): Promise<void> {
  const refusal = await logInWithRetries(() => tryLogin(client, login, environment, signal), {
    what: `${client.tool.name} login to registry ${login.registry}`,
    maxAttempts,
    signal,
    report: (retry) => log.info(retryLine(retry)),
  });
  if (refusal === undefined) return;
  const failure = loginFailure(client.tool.name, login.registry, refusal.words);
  throw refusal.cutOff || signal.aborted ? failure : new LoginRefused(failure.symptom);
}

/** A login that the client itself gave up: unless it is in its file all the same, there is nothing to log out of. */
export class LoginRefused extends Failure {}

/** What a login depends on besides client and registry. */
export type LoginRules = {
  readonly environment: Environment;
  /** How often it is tried, the first time included. */
  readonly maxAttempts: number;
  readonly signal: AbortSignal;
};

async function tryLogin(
  client: ContainerClient,
  login: RegistryLogin,
  environment: Environment,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const { place } = client;
  const directory = directoryOf(place);
  if (directory !== undefined) makeDirectory(directory);
  return withLock(directory, signal, async () => {
    if (client.executable !== undefined) return runLogin(client, login, environment, signal);
    if (place.file !== undefined) writeEntry(place.file, login.registry, login);
    return undefined;
  });
}

/** The client would make it itself, as closed as this, but then two that do so at once would not meet at the lock. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    log.debug(`The directory ${directory} could not be made: ${messageOf(error)}`);
  }
}

async function runLogin(
  { tool, executable = '', place }: ContainerClient,
  { registry, username, password }: RegistryLogin,
  environment: Environment,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const args = [...(tool.commands?.login ?? []), '--username', username, '--password-stdin', registry];
  const env = clientEnvironment(environment, place.variables);
  const options = { input: password, env, deadlineMs: LOGIN_DEADLINE_MS, signal };
  let result: ProcessResult;
  try {
    result = await runProcess(executable, args, options);
  } catch (error) {
    throw new Failure(
      { what: `${tool.name} could not be started: ${singleLine(messageOf(error))}` },
      { cause: error },
    );
  }
  if (result.exitCode === 0) return undefined;
  const hung = result.ended === 'deadline';
  return { words: howItEnded(result), hung, cutOff: hung || result.signal !== null };
}

function loginFailure(tool: ToolName, registry: string, words: string): Failure {
  const host = parsePrivateHost(registry);
  const region = typeof host === 'string' ? undefined : host.region;
  return new Failure({
    area: 'container-client',
    what: `${tool} could not log in to registry ${registry}: ${words}`,
    facts: { tool, registry, region },
  });
}

/** Why a client that did not succeed ended, in its own words where it had any. */
export function howItEnded(result: ProcessResult): string {
  const { ended } = result;
  if (ended === 'aborted') return 'the step was cancelled';
  if (ended === 'deadline') return `no end after ${LOGIN_DEADLINE_MS / 1000} s, so it was stopped`;
  return singleLine(failureReason(result));
}
