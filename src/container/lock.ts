import { lstatSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockSync } from 'proper-lockfile';
import { messageOf } from '../errors/failure.ts';
import { type Clock, SYSTEM_CLOCK } from '../retry/waiting.ts';
import * as log from '../runner/log.ts';
import { PRODUCT } from '../runner/product.ts';
import { isMissing } from './auth-file.ts';

/** The name of the lock, a directory, in the directory that it guards. */
export const LOCK_NAME = `.${PRODUCT.name}.lock`;

/**
 * After this time without a sign of life, in milliseconds, a lock counts as left behind by a process that died. So does
 * one whose last sign of life is yet to come, by more than this: that of a machine whose clock is ahead.
 */
const STALE_MS = 10_000;
/** How long another one's lock is waited for, in milliseconds. */
const WAIT_MS = 60_000;
/** The locks that were waited for in vain by this process. */
const waitedOut = new Set<string>();
/** Between two looks at a lock that is held, in milliseconds: spread, so that many that wait do not move in step. */
const PAUSE_MS = { least: 20, spread: 80 };

/**
 * Does something while no other process that uses this lock does: a container client reads, changes and writes back
 * its configuration, so that two at once lose entries.
 * A directory that cannot hold a lock, or is not there, is no error, nor is a lock that another process does not give
 * back in a minute: the work is then done without it, and that lock is not waited for again. Many logins would each
 * take their minute, more than the whole step has.
 * Rejects as the work does, or where the signal aborts while it waits.
 */
export async function withLock<T>(
  directory: string | undefined,
  signal: AbortSignal,
  work: () => Promise<T> | T,
  clock: Clock = SYSTEM_CLOCK,
): Promise<T> {
  const release = directory === undefined ? undefined : await acquire(directory, signal, clock);
  try {
    return await work();
  } finally {
    release?.();
  }
}

async function acquire(
  directory: string,
  signal: AbortSignal,
  { now, random, sleep }: Clock,
): Promise<(() => void) | undefined> {
  const path = join(directory, LOCK_NAME);
  const end = now() + (waitedOut.has(path) ? 0 : WAIT_MS);
  for (;;) {
    signal.throwIfAborted();
    const outcome = tryLock(directory, path);
    if (outcome !== 'held by another') return outcome;
    if (now() >= end) {
      giveUp(path);
      return undefined;
    }
    await sleep(PAUSE_MS.least + random() * PAUSE_MS.spread, signal);
  }
}

/** Says that a lock is gone on without: loudly the first time. */
function giveUp(path: string): void {
  const say = waitedOut.has(path) ? log.debug : log.warning;
  say(`Another process has held the lock ${path} for ${WAIT_MS / 1000} s; going on without it.`);
  waitedOut.add(path);
}

/** Tries once; gives how to release the lock, or nothing where the directory can hold none. */
function tryLock(directory: string, path: string): (() => void) | undefined | 'held by another' {
  try {
    clearPlace(path);
    const release = lockSync(directory, {
      lockfilePath: path,
      realpath: false,
      stale: STALE_MS,
      // Somebody took the lock over, say because this process was stopped for a while. What it guards is looked at
      // again after each login.
      onCompromised: (error) => log.debug(`The lock in ${directory} was lost: ${messageOf(error)}`),
    });
    return () => releaseQuietly(release);
  } catch (error) {
    if (isHeld(error)) return 'held by another';
    log.debug(`No lock in ${directory}: ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * Removes a lock whose time lies in the future, which the library would wait for until that time has come.
 * Throws where it cannot be removed, or what is there is no lock of anybody: a file, or a link that leads nowhere.
 */
function clearPlace(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) throw new Error(`${path} is no directory`);
  if (found.mtimeMs <= Date.now() + STALE_MS) return;
  try {
    rmdirSync(path);
  } catch (error) {
    // Another process did the same.
    if (!isMissing(error)) throw error;
  }
}

function isHeld(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ELOCKED';
}

function releaseQuietly(release: () => void): void {
  try {
    release();
  } catch (error) {
    log.debug(`A lock could not be given back: ${messageOf(error)}`);
  }
}
