import type { RegistryLogin } from '../aws/token.ts';
import type { Environment } from '../environment.ts';
import { explain } from '../failure/explain.ts';
import { Failure, wordsOf } from '../failure/failure.ts';
import * as log from '../log.ts';
import { parsePrivateHost } from '../registry/host.ts';
import { retryLine } from '../retry/report.ts';
import { singleLine } from '../safe-text.ts';
import { type ContainerClient, clientEnvironment, dockersWords } from './docker.ts';
import { logInWithRetries, type Refusal } from './login-retry.ts';
import { type ProcessResult, runProcess } from './process.ts';

/** Time for one login, in milliseconds. A registry across the world answers in a few seconds. */
const LOGIN_DEADLINE_MS = 45_000;

/**
 * Logs the container client in to one registry. The password goes over standard input only: arguments and environment
 * can be read by other processes of the machine.
 * What passes by itself is tried again.
 * Throws a Failure with the registry and the client's own words.
 */
export async function logIn(
  client: ContainerClient,
  login: RegistryLogin,
  { environment, maxAttempts, signal }: LoginRules,
): Promise<void> {
  const refusal = await logInWithRetries(() => tryLogin(client, login, environment, signal), {
    what: `docker login to registry ${login.registry}`,
    maxAttempts,
    signal,
    report: (retry) => log.info(retryLine(retry)),
  });
  if (refusal !== undefined) throw loginFailure(login.registry, refusal.words);
}

/** What a login depends on besides client and registry. */
export type LoginRules = {
  readonly environment: Environment;
  /** How often it is tried, the first time included. */
  readonly maxAttempts: number;
  readonly signal: AbortSignal;
};

async function tryLogin(
  client: ContainerClient,
  { registry, username, password }: RegistryLogin,
  environment: Environment,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const args = ['login', '--username', username, '--password-stdin', registry];
  const env = clientEnvironment(environment, client.config);
  const options = { input: password, env, deadlineMs: LOGIN_DEADLINE_MS, signal };
  let result: ProcessResult;
  try {
    result = await runProcess(client.executable, args, options);
  } catch (error) {
    throw new Failure(
      { what: `docker could not be started: ${singleLine(wordsOf(error))}` },
      { cause: error },
    );
  }
  if (result.exitCode === 0) return undefined;
  return { words: howItEnded(result), hung: result.ended === 'deadline' };
}

function loginFailure(registry: string, words: string): Failure {
  const host = parsePrivateHost(registry);
  const region = typeof host === 'string' ? undefined : host.region;
  const explanation = explain({
    area: 'container-client',
    what: `docker could not log in to registry ${registry}: ${words}`,
    facts: { tool: 'docker', registry, region },
  });
  return new Failure(explanation);
}

/** Why a client that did not succeed ended, in its own words where it had any. */
export function howItEnded({ ended, stderr }: ProcessResult): string {
  if (ended === 'aborted') return 'the step was cancelled';
  if (ended === 'deadline') return `no end after ${LOGIN_DEADLINE_MS / 1000} s, so it was stopped`;
  return singleLine(dockersWords(stderr));
}
