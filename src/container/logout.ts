import { messageOf } from '../errors/failure.ts';
import * as log from '../runner/log.ts';
import { directoryOf } from './auth-file-location.ts';
import type { ContainerClient } from './client.ts';
import { removeEntry } from './config-file.ts';
import { filesWithLogin, versionOf } from './find-login.ts';
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
    await withLock(directoryOf(client.location), signal, () => removeLogin(client, registry, signal));
    return undefined;
  } catch (error) {
    const reason = messageOf(error);
    // podman asks all of its credential helpers to erase the login, also those that cannot store one.
    const isDone = /not implemented/.test(reason) && filesWithLogin(client, registry).length === 0;
    return isDone ? undefined : reason;
  }
}

/**
 * `docker logout` reports success also where it could not write its file (seen with docker 28), so the file is looked at.
 * Throws a ClientError if the login cannot be removed from it.
 */
async function removeLogin(client: ContainerClient, registry: string, signal: AbortSignal): Promise<void> {
  const { tool } = client;
  const { file } = client.location;
  const files = filesWithLogin(client, registry);
  const before = files.map(versionOf);
  await client.logOut(registry, signal);
  // One that has changed its file, or another one (a docker that is podman), has logged out.
  if (files.some((one, index) => versionOf(one) !== before[index])) return;
  const left = files.find((one) => one === file);
  if (left === undefined) return;
  await removeEntry(left, registry, { signal });
  log.info(`${tool.name} left the login to registry ${registry} in ${left}: it was removed from there`);
}
