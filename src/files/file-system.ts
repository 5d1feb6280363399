import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a directory for this user alone, and its parents. Returns whether it is new. The recursive mkdir of node never
 * returns where the system says ENOENT though the parent is there: below a mounted directory that was removed, and in /proc.
 */
export function makeDirectory(path: string): boolean {
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

/** Whether nothing is there. What this user may not look at can be there. */
export function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
