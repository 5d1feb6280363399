import { copyFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode, messageOf } from '../../errors/failure.ts';
import * as log from '../../runner/log.ts';
import { singleLine } from '../../runner/safe-text.ts';
import { LOCK_NAME } from '../lock.ts';
import { JOB_FILES } from './directory.ts';

/**
 * Links everything beside `config.json` in the shared directory (plugins, builders, contexts, certificates) into the
 * job's own. What cannot be linked or copied is left out, with a warning.
 */
export function linkShared(shared: string, directory: string): void {
  const leftOut: string[] = [];
  for (const name of namesIn(shared)) {
    // Beside config.json itself, drafts of it.
    if (name.startsWith(JOB_FILES.docker) || name === LOCK_NAME) continue;
    try {
      link(join(shared, name), join(directory, name));
    } catch (error) {
      leftOut.push(`${name} (${singleLine(messageOf(error))})`);
    }
  }
  if (leftOut.length === 0) return;
  log.warning(
    `The job's own docker configuration lacks what could not be linked or copied from ${shared}: ${leftOut.join(', ')}`,
  );
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    log.debug(`Nothing is linked from ${directory}: ${messageOf(error)}`);
    return [];
  }
}

/** A link that leads to itself is left out: nobody could have used it in the shared directory either. */
function link(target: string, path: string): void {
  let isDirectory: boolean;
  try {
    isDirectory = statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    log.debug(`${target} is not linked: ${messageOf(error)}`);
    return;
  }
  try {
    // On Windows a junction needs no privilege, unlike a symbolic link.
    symlinkSync(target, path, isDirectory ? 'junction' : 'file');
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    if (isDirectory) throw error;
    copyFileSync(target, path);
  }
}
