import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { hasCode, messageOf } from '../../errors/failure.ts';
import { retryBriefly } from '../../retry/retry-briefly.ts';
import type { Clock } from '../../retry/waiting.ts';
import { singleLine } from '../../runner/safe-text.ts';
import { isJobDirectory, JOB_FILES } from './directory.ts';

/** Names of what is left that an error shows. */
const MOST_NAMED = 5;

/**
 * Removes the directory of a job's own configuration, files with logins first. It tries for about two seconds: on
 * Windows a file that another program has open cannot be removed, and is emptied at least.
 * A symbolic link, in the directory or in its place, is removed itself; its target stays. A directory that is not there
 * is as good as removed.
 * Returns the reason if it could not be removed, with what is left.
 *
 * @param temp the runner's temporary directory; nothing outside it is removed, whatever the saved state says
 */
export async function removeJobDirectory(
  directory: string,
  temp: string,
  signal: AbortSignal,
  clock?: Clock,
): Promise<string | undefined> {
  if (!isJobDirectory(directory, temp)) {
    return `${directory} is not a directory that this action creates`;
  }
  try {
    await retryBriefly(
      () => removeOnce(directory),
      () => true,
      signal,
      clock,
    );
    return undefined;
  } catch (error) {
    return singleLine(messageOf(error));
  }
}

/** Throws an Error that names what is left. */
function removeOnce(directory: string): void {
  for (const path of loginFiles(directory)) removeLogin(path);
  const left: string[] = [];
  removeTree(directory, left);
  if (left.length === 0) return;
  const more = left.length > MOST_NAMED ? [`and ${left.length - MOST_NAMED} more`] : [];
  throw new Error([...left.slice(0, MOST_NAMED), ...more].join('; '));
}

/** The auth files in the directory, and drafts of them, which a client or a step that was killed leaves. */
function loginFiles(directory: string): readonly string[] {
  if (!isDirectory(directory)) return [];
  openUp(directory);
  const files = Object.values(JOB_FILES);
  const names = readdirSync(directory).filter((name) => files.some((file) => name.startsWith(file)));
  return names.map((name) => join(directory, name));
}

/** Removes a file; if that is not possible, empties it. */
function removeLogin(path: string): void {
  removeTree(path, []);
  try {
    if (!lstatSync(path).isFile()) return;
    // Undefined on Windows.
    const { O_WRONLY, O_TRUNC, O_NOFOLLOW = 0 } = constants;
    closeSync(openSync(path, O_WRONLY | O_TRUNC | O_NOFOLLOW));
  } catch {
    // It is gone, or named among what is left.
  }
}

/** Removes what it can of a file, a link or a directory; adds to the list why the rest is left. */
function removeTree(path: string, left: string[]): void {
  try {
    if (!isDirectory(path)) {
      unlinkSync(path);
      return;
    }
    openUp(path);
    const before = left.length;
    for (const name of readdirSync(path)) removeTree(join(path, name), left);
    if (left.length === before) rmdirSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) left.push(messageOf(error));
  }
}

/** Whether it is a directory, and no link to one. */
function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Gives this user the permissions to remove what is in a directory. */
function openUp(directory: string): void {
  if ((lstatSync(directory).mode & 0o700) === 0o700) return;
  try {
    chmodSync(directory, 0o700);
  } catch {
    // It belongs to another user, or is gone.
  }
}
