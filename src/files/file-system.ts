import { existsSync, mkdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname } from 'node:path';

// What can be in the place of a file or a directory is not always one.

/**
 * Creates a directory for this user alone, and its parents. Returns whether it is new. The
 * recursive mkdir of node never returns where the system says ENOENT though the parent is there:
 * below a mounted directory that was removed, and in /proc.
 */
export function makeDirectory(path: string) {
  const parent = dirname(path);
  if (parent !== path && !existsSync(parent)) makeDirectory(parent);

  try {
    mkdirSync(path, 0o700);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Reads a text file; empty if there is none. Throws an Error also if this user may not know whether
 * there is one.
 */
export function readTextSync(path: string) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return '';

  requireRegular(path, found);
  return readFileSync(path, 'utf8');
}

/**
 * Reads a text file, which has to be there. The step can end while its file system does not
 * respond.
 */
export async function readText(path: string) {
  requireRegular(path, await stat(path));
  return readFile(path, 'utf8');
}

/**
 * Throws an Error if there is something that is no regular file, for a reader that does not look.
 */
export async function requireNoDevice(path: string) {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) requireRegular(path, found);
}

/** No limit and no signal ends a read of a pipe, and one of another device can have no end. */
function requireRegular(path: string, found: Stats) {
  // /dev/null stands for an empty file.
  const isOther = !found.isFile() && found.rdev !== statSync(devNull).rdev;

  // Sixteen megabytes are more than any file that the action reads.
  if (isOther || found.size > 2 ** 24) {
    throw new Error(`${path} is not a regular file of at most 16 MB`);
  }
}
