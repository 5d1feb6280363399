import { messageOf } from '../errors/failure.ts';
import * as log from '../runner/log.ts';
import { LOGOUT_MS } from '../time/limits.ts';
import { hasLogin, removeDrafts, removeLogin, tryRead } from './auth-file.ts';
import { type Client, runClient } from './client.ts';
import { withLock } from './lock.ts';

/**
 * Logs a client out of a registry. Returns the reason if that fails; to have no login is no
 * failure.
 */
export async function logOut(client: Client, registry: string, signal: AbortSignal) {
  const { file = '' } = client;

  try {
    return await withLock(client.file, signal, () => endLogin(client, registry, signal));
  } catch (error) {
    try {
      // There is no time for the client.
      if (signal.aborted && removeLogin(file, registry)) return undefined;
    } catch {
      // Why the client had no time is what is reported.
    }
    return messageOf(error);
  }
}

/**
 * Runs the client, and removes what it leaves in its file. Returns the reason if the login is still
 * there.
 */
async function endLogin(client: Client, registry: string, signal: AbortSignal) {
  const { name, prefix, file = '' } = client;
  if (client.file !== undefined) removeDrafts(file);

  const wasInFile = hasLogin(tryRead(file) ?? {}, registry);

  const reason = await runLogout(client, registry, signal);
  if (reason === undefined && tryRead(file) === undefined) {
    log.warning(`${file} cannot be read, so a login to ${registry} can be left in it.`);
  }
  if (!wasInFile) return reason;

  // `docker logout` reports success also if it could not write its file (seen with docker 28).
  const wasLeft = removeLogin(file, registry);
  if (wasLeft && prefix !== undefined) {
    const what = reason ?? `${name} left the login`;
    log.info(`${what}: removed the login to ${registry} from ${file}`);
  }
  return undefined;
}

/** Returns the reason if it fails. */
async function runLogout(client: Client, registry: string, signal: AbortSignal) {
  const { name, prefix, executable } = client;
  if (prefix === undefined) return undefined;

  if (executable === '') {
    const line = [name, ...prefix, 'logout', registry].join(' ');
    return `${name} is no longer on PATH. If a login is left, remove it: ${line}`;
  }

  const { reason = '' } = await runClient(client, 'logout', [registry], {
    signal,
    deadlineMs: LOGOUT_MS,
    input: '',
  });

  // podman and buildah exit with 125 if they are not logged in, and also ask helpers that erase
  // nothing.
  const isDone = reason === '' || /\bnot logged in(?:to)?\b|not implemented/i.test(reason);
  return isDone ? undefined : reason;
}
