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

/** When a file was last written, in milliseconds; 0 where there is none. */
function lastWritten(...path) {
  return statSync(join(root, ...path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** npm writes the first of these files at the end of an install. */
function isInstalled() {
  return lastWritten('node_modules', '.package-lock.json') >= lastWritten('package-lock.json');
}

/** Runs npm: the very one that runs this script, where one does. */
function npm(...args) {
  const own = process.env.npm_execpath;
  return own?.endsWith('.js')
    ? spawnSync(process.execPath, [own, ...args], { cwd: root, encoding: 'utf8' })
    : spawnSync('npm', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
}

if (!isInstalled()) {
  console.log('Installing the packages of package-lock.json (npm ci). This takes about a minute.');
  const { status, error, stdout, stderr } = npm(
    'ci',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  );
  if (status !== 0) {
    console.error(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim());
    console.error('The packages could not be installed.');
    process.exitCode = 1;
  }
}
