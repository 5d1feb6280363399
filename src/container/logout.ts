import { messageOf } from '../errors/failure.ts';
import { directoryOf } from './auth-file-location.ts';
import type { ContainerClient } from './client.ts';
import { filesWithLogin } from './find-login.ts';
import { withLock } from './lock.ts';

/**
 * Logs a container client out of one registry, under the lock of the directory in which it keeps the login.
 * Returns the reason where that fails, and nothing where it succeeds or there was no login: a logout that fails must not
 * keep post from the others.
 */
export async function logOut(
  client: ContainerClient,
  registry: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await withLock(directoryOf(client.location), signal, () => client.logOut(registry, signal));
    return undefined;
  } catch (error) {
    const reason = messageOf(error);
    // podman asks all of its credential helpers to erase the login, also those that cannot store one.
    const isDone = /not implemented/.test(reason) && filesWithLogin(client, registry).length === 0;
    return isDone ? undefined : reason;
  }
}
