import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hasCode, messageOf } from '../errors/failure.ts';
import { type Clock, SYSTEM_CLOCK } from '../retry/waiting.ts';
import * as log from '../runner/log.ts';
import { PRODUCT } from '../runner/product.ts';

// A process that wants the lock adds a file with a name of its own, its claim, to the directory of the lock. It holds the
// lock if there is no other claim then; otherwise it withdraws its own and tries again later. Two that come at the same
// time both withdraw. As long as it holds the lock, it rewrites its claim. One that is not rewritten any more is removed by
// whoever finds it; since its name is its own, that can hit no other holder. The ages of claims are compared with that of
// the finder's own, by the clock of the file system, so that the clocks of machines do not matter.

/** The name of the lock, a directory, in the directory that it guards. */
export const LOCK_NAME = `.${PRODUCT.name}.lock`;

/** A claim that is older than this, in milliseconds, or as far in the future, was left by a process that died. */
const STALE_MS = 10_000;
const HEARTBEAT_MS = 3_000;
/** How long to wait while one process holds the lock, in milliseconds. No login attempt takes as long. */
const WAIT_MS = 60_000;
/** How long to wait while processes hold the lock in turn, in milliseconds: many steps that start at once. */
const QUEUE_MS = 180_000;
/** Between two attempts, in milliseconds, at random, so that many that wait do not move in step. */
const PAUSE_MS = { least: 20, spread: 80 };

/** The locks that this process has waited for in vain. */
const waitedOut = new Set<string>();
/** The claims of this process. */
const claims = new Set<string>();
process.on('exit', () => claims.forEach(withdraw));

/**
 * Does something while no other process that uses this lock does: a container client reads, changes and writes back its
 * auth file, so that two at once lose entries.
 * If a directory cannot hold a lock, or another process holds it for a minute, or others in turn for three, the work is
 * done without it, and that lock is not waited for again: many logins would each take that long, more than the whole step
 * has.
 * Rejects as the work does, or if the signal aborts while it waits.
 */
export async function withLock<T>(
  directory: string | undefined,
  signal: AbortSignal,
  work: () => Promise<T> | T,
  clock: Clock = SYSTEM_CLOCK,
): Promise<T> {
  const release =
    directory === undefined ? undefined : await acquire(join(directory, LOCK_NAME), signal, clock);
  try {
    return await work();
  } finally {
    release?.();
  }
}

/**
 * Removes the lock that a process which was killed has left in a directory, as soon as it is stale. One that another
 * process holds is waited for as well: nothing tells them apart. If the signal aborts, the lock is left to whoever wants it
 * next.
 */
export async function removeAbandonedLock(directory: string, signal: AbortSignal): Promise<void> {
  if (!existsSync(join(directory, LOCK_NAME))) return;
  await withLock(directory, signal, () => {}).catch(() => {});
}

async function acquire(
  lock: string,
  signal: AbortSignal,
  { now, random, sleep }: Clock,
): Promise<(() => void) | undefined> {
  const start = now();
  let holders: readonly string[] = [];
  let heldSince = start;
  try {
    for (;;) {
      signal.throwIfAborted();
      const { claim, others } = tryToClaim(lock);
      if (claim !== undefined) return hold(claim);
      // Those that wait have claims too, but each for a moment: the claim of who holds the lock is there every time.
      if (!others.some((name) => holders.includes(name))) heldSince = now();
      holders = others;
      if (waitedOut.has(lock) || now() - heldSince >= WAIT_MS || now() - start >= QUEUE_MS) break;
      await sleep(PAUSE_MS.least + random() * PAUSE_MS.spread, signal);
    }
  } catch (error) {
    signal.throwIfAborted();
    log.debug(`No lock ${lock}: ${messageOf(error)}`);
    return undefined;
  }
  const report = waitedOut.has(lock) ? log.debug : log.warning;
  const seconds = Math.round((now() - start) / 1000);
  report(`The lock ${lock}, held by other processes, was not free for ${seconds} s; continuing without it.`);
  waitedOut.add(lock);
  return undefined;
}

/** The claim that holds the lock, or none, and the names of the other claims. */
type Claimed = { readonly claim?: string; readonly others: readonly string[] };

/** Throws if the lock cannot be. */
function tryToClaim(lock: string): Claimed {
  makeDirectory(lock);
  const name = `${process.pid}-${Math.random()}`;
  const claim = join(lock, name);
  try {
    writeFileSync(claim, '.', { mode: 0o600 });
  } catch (error) {
    // Another process has released the lock, and removed the directory.
    if (hasCode(error, 'ENOENT')) return { others: [] };
    throw error;
  }
  claims.add(claim);
  let others: readonly string[];
  try {
    const { mtimeMs } = statSync(claim);
    others = readdirSync(lock).filter((other) => other !== name && !isGone(join(lock, other), mtimeMs));
  } catch (error) {
    withdraw(claim);
    throw error;
  }
  if (others.length === 0) return { claim, others };
  withdraw(claim);
  return { others };
}

/** Throws if it cannot be made, or something else is in its place. */
function makeDirectory(lock: string): void {
  try {
    mkdirSync(lock);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    if (lstatSync(lock, { throwIfNoEntry: false })?.isDirectory() === false) throw error;
  }
}

/** Whether another claim is withdrawn, or stale, and then removed. */
function isGone(claim: string, now: number): boolean {
  const found = statSync(claim, { throwIfNoEntry: false });
  if (found === undefined) return true;
  if (Math.abs(now - found.mtimeMs) <= STALE_MS) return false;
  rmSync(claim, { force: true });
  return true;
}

/** Rewrites the claim from time to time; returns what releases the lock. */
function hold(claim: string): () => void {
  const heartbeat = setInterval(() => {
    try {
      writeFileSync(claim, '.', { flag: 'r+' });
    } catch (error) {
      // This process may have been stopped for a while. Each login is verified after it.
      log.debug(`The lock ${claim} was lost: ${messageOf(error)}`);
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    withdraw(claim);
  };
}

/** Removes a claim, and the directory of the lock unless another claim is in it. */
function withdraw(claim: string): void {
  claims.delete(claim);
  try {
    rmSync(claim, { force: true });
    rmdirSync(dirname(claim));
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'ENOENT')) log.debug(`${claim} was not removed: ${messageOf(error)}`);
  }
}
