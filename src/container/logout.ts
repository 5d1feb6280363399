import type { Environment } from '../environment.ts';
import { wordsOf } from '../failure/failure.ts';
import { singleLine } from '../safe-text.ts';
import { type ContainerClient, clientEnvironment, dockersWords } from './docker.ts';
import { runProcess } from './process.ts';

/** Time for one logout, in milliseconds. It only takes an entry out of a file. */
const LOGOUT_DEADLINE_MS = 15_000;

/**
 * Logs the container client out of one registry.
 * Gives the reason where that fails, and nothing where it is done: one that fails must not keep others from being
 * logged out of.
 */
export async function logOut(
  client: ContainerClient,
  registry: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<string | undefined> {
  const env = clientEnvironment(environment, client.config);
  try {
    const options = { env, deadlineMs: LOGOUT_DEADLINE_MS, signal };
    const { exitCode, ended, stderr } = await runProcess(client.executable, ['logout', registry], options);
    if (exitCode === 0) return undefined;
    return ended === 'by-itself' ? singleLine(dockersWords(stderr)) : `it did not end (${ended})`;
  } catch (error) {
    return singleLine(wordsOf(error));
  }
}
