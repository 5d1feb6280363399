import { execSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readText, readTextSync } from '../../../src/files/file-system.ts';
import { homeOf } from '../support.ts';

const CLIENTS = join(import.meta.dirname, '../../../src/clients');

// mkdir says ENOENT in /proc, as below a mounted directory that was removed, though the parent is there.
test.each([
  ['lock', "withLock('/proc/self/x/y', AbortSignal.any([]), () => {})"],
  ['auth-file', "writeAuthFile('/proc/self/x/y', {})"],
])('%s ends at once where no directory can be made', (name, call) => {
  const script = `import('${CLIENTS}/${name}.ts').then((module) => module.${call})`;

  const { output } = spawnSync(process.execPath, ['-e', script], {
    timeout: 10_000,
  });

  expect(output.join()).toContain('ENOENT');
});

const REFUSED = /is not a regular file/;

test.each([
  ['printf x >a', /^x$/],
  ['ln -s /dev/null a', /^$/],
  ['truncate -s 16777216 a', /^\0+$/],
  ['truncate -s 16777217 a', REFUSED],
  ['mkfifo a', REFUSED],
  ['ln -s /dev/zero a', REFUSED],
])('what is read after %s', async (command, text) => {
  execSync(`${command}; ln -s a link`, { cwd: homeOf() });
  const path = homeOf('link');

  for (const read of [readText, async () => readTextSync(path)]) {
    expect(await read(path).catch(String)).toMatch(text);
  }
});
