import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../errors/failure.ts';
import { singleLine } from '../../runner/safe-text.ts';
import { isJobDirectory } from './directory.ts';

/**
 * Removes the directory of a job's own configuration, with all that is in it. A symbolic link, in the directory or in
 * its place, goes itself; what it leads to stays. A directory that is not there is as good as removed.
 * Gives the reason where it could not be removed.
 */
export function removeJobDirectory(directory: string): string | undefined {
  // The path comes from the saved state: nothing but what this action makes is ever removed.
  if (!isJobDirectory(directory)) return `${directory} is no directory of this action's`;
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    return removeWhatIsClosed(directory);
  }
  return undefined;
}

/** Something in it, a directory that may not be written to say, is in the way: that is opened up first. */
function removeWhatIsClosed(directory: string): string | undefined {
  try {
    openUp(directory);
    rmSync(directory, { recursive: true, force: true });
    return undefined;
  } catch (error) {
    return singleLine(messageOf(error));
  }
}

function openUp(directory: string): void {
  if (!lstatSync(directory).isDirectory()) return;
  chmodSync(directory, 0o700);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) openUp(join(directory, entry.name));
  }
}
