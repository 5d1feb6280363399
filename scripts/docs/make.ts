/**
 * `npm run docs`: makes what is made in docs/. Troubleshooting from the knowledge of failures, the pictures of the flow
 * from their text, the pictures of the log from what the demo really prints. The demo runs twice: as it is, and with the
 * failure of a missing association.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
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

writeFileSync(join(FOLDER, 'log-good.svg'), terminalPicture('The log of a good run', demo()));
writeFileSync(
  join(FOLDER, 'log-failed.svg'),
  terminalPicture('The log of a failed run', demo('no-association')),
);

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
