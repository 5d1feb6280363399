import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { repository } from './paths.ts';

/** Runs git in this clone, which may belong to another user. */
export function git(...args: string[]) {
  const options = { cwd: repository, stdio: 'pipe', maxBuffer: 1e8 } as const;

  return execFileSync('git', ['-c', `safe.directory=${repository}`, ...args], options);
}

/**
 * Writes the archive of HEAD that runners download from GitHub. Everything in it is in one folder,
 * `action`.
 */
export function archiveHead(file: string) {
  git('archive', '--format', 'tar.gz', '--prefix', 'action/', '--output', file, 'HEAD');
}

/** Unpacks an archive into a new folder, with the program that the runner uses. */
export function unpack(file: string, folder: string) {
  mkdirSync(folder);
  execFileSync('tar', ['-xzf', file], { cwd: folder });
}
