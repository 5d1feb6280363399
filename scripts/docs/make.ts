/**
 * `npm run docs`: makes what is made in docs/. Troubleshooting from the known errors; the pictures of the log from what the
 * built action prints. The pictures need root on Linux, docker's client and openssl; elsewhere, those in docs/ stay.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LogLine } from '../../test/harness/masking.ts';
import { runInNamespace } from '../../test/harness/namespace.ts';
import { viewOfLog } from '../log-view.ts';
import type { PicturedRun } from './log-scenario.ts';
import { terminalPicture } from './terminal-picture.ts';
import { troubleshooting } from './troubleshooting.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const SCENARIO = join(import.meta.dirname, 'log-scenario.ts');

writeFileSync(join(ROOT, 'docs', 'troubleshooting.md'), troubleshooting());

if (process.platform === 'linux' && process.getuid?.() === 0) {
  process.env['FORCE_COLOR'] = '1';
  await writePicture('log-failed.svg', 'The log of a step that fails', 'no-association');
  await writePicture('log-good.svg', 'The log of a good step', 'good');
} else {
  process.stdout.write('The pictures of the log stay as they are: they need root on Linux.\n');
}

/** Writes the picture of a run, unless the one that is there shows the same of another run. */
async function writePicture(name: string, title: string, run: PicturedRun): Promise<void> {
  const logLines = await runInNamespace<LogLine[]>(SCENARIO, { accountId: '111122223333' }, run);
  const picture = terminalPicture(title, viewOfLog(logLines).join('\n'));
  const file = join(ROOT, 'docs', 'pictures', name);
  const old = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (withoutTheRun(old) !== withoutTheRun(picture)) writeFileSync(file, picture);
}

/** What differs from run to run, taken out: folders, IDs, times. */
function withoutTheRun(picture: string): string {
  return picture
    .replace(/ecr-login-world-\w+/g, '')
    .replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '');
}
