/*
 * Installs the packages of the lock file, unless they are there already.
 *
 * Plain JavaScript that any node from 18 on runs: before the install there may be no other, and no TypeScript.
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const INSTALL = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];

/** When a file was last written, in milliseconds; 0 where there is none. */
function lastWritten(...path) {
  const status = statSync(join(root, ...path), { throwIfNoEntry: false });

  return status?.mtimeMs ?? 0;
}

/** npm writes the first of these files at the end of an install. */
function isInstalled() {
  const installed = lastWritten('node_modules', '.package-lock.json');

  return installed >= lastWritten('package-lock.json');
}

if (!isInstalled()) {
  console.log('Installing the packages of package-lock.json (npm ci). This takes about a minute.');

  // The npm that runs this script: the one on the PATH of Windows is no program, but needs a shell.
  const { status } = spawnSync(process.execPath, [process.env.npm_execpath, ...INSTALL], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

  if (status !== 0) {
    console.error('The packages could not be installed.');
    process.exitCode = 1;
  }
}
