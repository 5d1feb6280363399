/*
 * Runs before the demo. Looks for docker's client, and then installs the packages of the lock file, unless they are there
 * already.
 *
 * Plain JavaScript that any node from 18 on runs: before the install there may be no other, and no TypeScript.
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const INSTALL = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];

const NO_DOCKER = `The demo needs docker's command-line client ("docker") on the PATH, and no docker daemon.
What to do: Install the client, and run the demo again.
  Debian 13:  apt-get install docker-cli
  Ubuntu:     apt-get install docker.io
  macOS:      brew install docker
  Others:     https://docs.docker.com/engine/install/`;

/** Looks for docker without running it: it would read the configuration of whoever runs the demo. */
function hasDocker() {
  const name = process.platform === 'win32' ? 'docker.exe' : 'docker';
  const directories = (process.env.PATH ?? '').split(delimiter);

  return directories.some((directory) => status(directory, name)?.isFile());
}

/** npm writes the first of these files at the end of an install. */
function isInstalled() {
  const installed = lastWritten('node_modules', '.package-lock.json');

  return installed >= lastWritten('package-lock.json');
}

/** When a file was last written, in milliseconds; 0 where there is none. */
function lastWritten(...path) {
  return status(root, ...path)?.mtimeMs ?? 0;
}

function status(...path) {
  return statSync(join(...path), { throwIfNoEntry: false });
}

/** Installs with the npm that runs this script: the one on the PATH of Windows is no program, but needs a shell. */
function install() {
  console.log(
    'Installing the packages of package-lock.json (npm ci). This takes up to a minute, once.',
  );

  const { status: exitCode } = spawnSync(process.execPath, [process.env.npm_execpath, ...INSTALL], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });

  return exitCode === 0;
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

if (!hasDocker()) fail(NO_DOCKER);
else if (!isInstalled() && !install()) fail('The packages could not be installed.');
