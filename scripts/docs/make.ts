/**
 * `npm run docs`: makes what is made in docs/. Troubleshooting from the knowledge of failures, the pictures of the flow
 * from their text, the pictures of the log from what the demo really prints. The demo runs twice: as it is, and with the
 * failure of a missing association.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { flowPicture } from './flow-picture.ts';
import { terminalPicture } from './terminal-picture.ts';
import { troubleshooting } from './troubleshooting.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, 'docs', 'pictures');

writeFileSync(join(ROOT, 'docs', 'troubleshooting.md'), troubleshooting());

for (const name of ['step', 'modules']) {
  const text = readFileSync(join(FOLDER, `${name}.txt`), 'utf8');
  writeFileSync(join(FOLDER, `${name}.svg`), flowPicture(text));
}

writeLog('log-good.svg', terminalPicture('The log of a good run', demo()));
writeLog('log-failed.svg', terminalPicture('The log of a failed run', demo('no-association')));

/** Writes a picture of a log, unless the one that is there tells the same of another run. */
function writeLog(name: string, picture: string): void {
  const file = join(FOLDER, name);
  const old = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (withoutTheRun(old) !== withoutTheRun(picture)) writeFileSync(file, picture);
}

/** What differs from run to run, taken out: ports, folders, IDs, times. */
function withoutTheRun(picture: string): string {
  return picture
    .replace(/127[._]0[._]0[._]1[:_]\d+/g, '')
    .replace(/ecr-login-world-\w+/g, '')
    .replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '');
}

/** What the demo prints, with the colours that it has on a terminal. A demo that does not end well throws. */
function demo(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'scripts', 'demo.ts'), ...args],
    { encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '1' } },
  );
  if (status !== 0) throw new Error(`The demo failed:\n${stdout}${stderr}`);
  return stdout;
}
