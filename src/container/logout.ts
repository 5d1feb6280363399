import { messageOf } from '../errors/failure.ts';
import type { Environment } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';
import { directoryOf } from './auth-file-location.ts';
import { type ContainerClient, clientEnvironment, failureReason } from './client.ts';
import { removeEntry } from './config-file.ts';
import { withLock } from './lock.ts';
import { runProcess } from './process.ts';

/** Time for one logout, in milliseconds. It only takes an entry out of a file. */
const LOGOUT_DEADLINE_MS = 15_000;

/**
 * Logs a container client out of one registry, under the lock of the place where it keeps the login.
 * Gives the reason where that fails, and nothing where it is done or there was no login: one that fails must not keep
 * others from being logged out of.
 */
export async function logOutOf(
  client: ContainerClient,
  registry: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { executable, place } = client;
  try {
    return await withLock(directoryOf(place), signal, async () => {
      if (executable !== undefined) return runLogout(client, executable, registry, environment, signal);
      if (place.file !== undefined) removeEntry(place.file, registry);
      return undefined;
    });
  } catch (error) {
    return singleLine(messageOf(error));
  }
}

async function runLogout(
  { tool, place }: ContainerClient,
  executable: string,
  registry: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<string | undefined> {
  const args = [...(tool.commands?.logout ?? []), registry];
  const env = clientEnvironment(environment, place.variables);
  const options = { env, deadlineMs: LOGOUT_DEADLINE_MS, signal };
  const result = await runProcess(executable, args, options);
  const { exitCode, ended } = result;
  if (exitCode === 0) return undefined;
  if (ended !== 'by-itself') return `it did not end (${ended})`;
  const reason = failureReason(result);
  return tool.notLoggedIn?.test(reason) ? undefined : singleLine(reason);
}
