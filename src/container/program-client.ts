import { messageOf } from '../errors/failure.ts';
import type { RegistryLogin } from '../registry/login.ts';
import type { Environment } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import type { AuthFileLocation } from './auth-file-location.ts';
import { childEnvironment } from './child-environment.ts';
import { ClientError, type ContainerClient, type LoginAttempt } from './client.ts';
import { failureReason, unreadableConfig } from './client-message.ts';
import { type ProcessOptions, type ProcessResult, runProcess } from './process.ts';
import { type Commands, NOT_LOGGED_IN, type Tool } from './tool.ts';
import { isTransient } from './transient-error.ts';

/** Time for one login attempt, in milliseconds. A registry on another continent responds within a few seconds. */
const LOGIN_DEADLINE_MS = 45_000;
/** Time for one logout, in milliseconds. It only changes a file. */
const LOGOUT_DEADLINE_MS = 15_000;

/** A tool that runs a program. */
export type Program = { readonly tool: Tool; readonly executable: string; readonly commands: Commands };

/**
 * The client that runs a program. The password goes over standard input only: other processes of the machine can read
 * arguments and environment.
 */
export function programClient(
  { tool, executable, commands }: Program,
  location: AuthFileLocation,
  environment: Environment,
): ContainerClient {
  const env = clientEnvironment(environment, location.variables);
  const run = async (
    args: readonly string[],
    options: Omit<ProcessOptions, 'env'>,
  ): Promise<ProcessResult> => {
    try {
      return await runProcess(executable, args, { env, ...options });
    } catch (error) {
      throw new ClientError(`${tool.name} could not be started: ${singleLine(messageOf(error))}`, {
        cause: error,
      });
    }
  };
  return {
    tool,
    location,
    async logIn({ registry, username, password }: RegistryLogin, { signal, onMayBeWritten }: LoginAttempt) {
      const args = [...commands.login, '--username', username, '--password-stdin', registry];
      const options = {
        input: password,
        deadlineMs: LOGIN_DEADLINE_MS,
        signal,
        onStarted: () => onMayBeWritten(),
      };
      const result = await run(args, options);
      warnOfConfig(tool, result.stderr);
      requireLoggedIn(result);
    },
    async logOut(registry, signal) {
      const result = await run([...commands.logout, registry], { deadlineMs: LOGOUT_DEADLINE_MS, signal });
      requireLoggedOut(result);
    },
  };
}

/**
 * The environment of a container client: the runner's, without the credentials that the client does not need, and with
 * the variables that decide the location of its auth file.
 */
export function clientEnvironment(
  environment: Environment,
  variables: AuthFileLocation['variables'],
): Environment {
  const inherited = Object.entries(childEnvironment(environment));
  const kept = inherited.filter(([name]) => !Object.hasOwn(variables, name));
  const ofLocation = Object.entries(variables).filter(([, value]) => value !== null);
  return Object.fromEntries([...kept, ...ofLocation]) as Environment;
}

const warned = new Set<string>();

/** Each attempt says the same. */
function warnOfConfig({ name }: Tool, output: string): void {
  const problem = unreadableConfig(output);
  if (problem === undefined || warned.has(problem)) return;
  warned.add(problem);
  log.warning(
    `${name} cannot read its configuration and replaces it by one with the new login alone: ${problem}. Correct or remove the file.`,
  );
}

function requireLoggedIn(result: ProcessResult): void {
  const { ended, exitCode, signal } = result;
  if (ended === 'aborted') throw new ClientError('the step was cancelled', { isInterrupted: true });
  if (ended === 'deadline') {
    const what = `timed out after ${LOGIN_DEADLINE_MS / 1000} s`;
    throw new ClientError(what, { isTransient: true, isInterrupted: true });
  }
  if (exitCode === 0) return;
  const reason = failureReason(result);
  throw new ClientError(reason, { isTransient: isTransient(reason), isInterrupted: signal !== null });
}

function requireLoggedOut(result: ProcessResult): void {
  const { ended, exitCode } = result;
  if (ended === 'aborted') throw new ClientError('the step was cancelled');
  if (ended === 'deadline') throw new ClientError(`timed out after ${LOGOUT_DEADLINE_MS / 1000} s`);
  if (exitCode === 0) return;
  const reason = failureReason(result);
  if (!NOT_LOGGED_IN.test(reason)) throw new ClientError(reason);
}
