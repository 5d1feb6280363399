import { rmdirSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../errors/failure.ts';
import { makeDirectory } from '../files/file-system.ts';
import * as log from '../runner/log.ts';
import { LOCK_WAIT_MS, STALE_LOCK_MS } from '../time/limits.ts';
import { type Clock, SYSTEM_CLOCK } from '../time/retry.ts';
import { followLink } from './auth-file.ts';

// The lock is a directory beside the auth file, since only one process can create it. Its holder
// refreshes its time. Where the file is a link, it is beside the file that all links lead to, as
// the drafts are.

export const LOCK_NAME = '.ecr-pod-identity-login.lock';

const REFRESH_MS = 3_000;
/**
 * The longest pause between two looks. Each is random, so that many that wait do not move in step.
 */
const LONGEST_PAUSE_MS = 100;

/** Locks that were not free in time. Each of many logins would wait as long again. */
const timedOut = new Set<string>();

/**
 * Does something while no other step does: a client reads, changes and writes back its auth file,
 * so that two at once lose logins. The work is done without the lock if there can be none, or if it
 * is not free in time.
 *
 * @param file the auth file; undefined if only the client knows
 */
export async function withLock<Result>(
  file: string | undefined,
  signal: AbortSignal,
  work: () => Promise<Result>,
  clock = SYSTEM_CLOCK,
): Promise<Result> {
  signal.throwIfAborted();
  if (file === undefined) return work();

  const lock = join(dirname(followLink(file)), LOCK_NAME);
  const isHeld = await waitFor(lock, signal, clock).catch((error: unknown) => {
    signal.throwIfAborted();
    log.debug(`No lock ${lock}: ${messageOf(error)}`);
    return false;
  });
  if (!isHeld) return work();

  const refreshing = setInterval(refresh, REFRESH_MS, lock).unref();
  try {
    return await work();
  } finally {
    clearInterval(refreshing);
    remove(lock);
  }
}

/** Returns whether it has the lock. Rejects if there can be none. */
async function waitFor(lock: string, signal: AbortSignal, clock: Clock) {
  const end = clock.now() + LOCK_WAIT_MS;
  let seen = { time: -1, since: 0 };

  while (!timedOut.has(lock)) {
    // The client, too, would create the directory that it is in.
    if (makeDirectory(lock)) return true;

    const now = clock.now();
    const time = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (time !== seen.time) seen = { time, since: now };
    if (now >= seen.since + STALE_LOCK_MS) remove(lock);

    if (now >= end) {
      timedOut.add(lock);
      const waited = `Timed out after ${LOCK_WAIT_MS / 1000} s`;
      log.warning(`${waited} waiting for the lock ${lock}; going on without it.`);
    }
    await clock.sleep(clock.random() * LONGEST_PAUSE_MS, signal);
  }

  return false;
}

const remove = (lock: string) => ignoringErrors(() => rmdirSync(lock));
const refresh = (lock: string) => ignoringErrors(() => utimesSync(lock, new Date(), new Date()));

/**
 * If another process has taken the lock away, the check after each login finds what that has lost.
 */
function ignoringErrors(change: () => void) {
  try {
    change();
  } catch (error) {
    log.debug(messageOf(error));
  }
}
