import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { writeAuthFile } from '../../../src/clients/auth-file.ts';
import { readText, readTextSync } from '../../../src/files/file-system.ts';
import { homeOf } from '../support.ts';

const SRC = join(import.meta.dirname, '../../../src');

// mkdir says ENOENT in /proc, as below a mounted directory that was removed, though the parent is there.
test.each([
  ['clients/lock.ts', "withLock('/proc/self/x/y', AbortSignal.timeout(9e4), async () => {})"],
  ['clients/auth-file.ts', "writeAuthFile('/proc/self/x/y', {})"],
  ['clients/isolation.ts', 'isolate([], [], AbortSignal.timeout(9e4), () => {})'],
])('%s ends at once where no directory can be made', (file, call) => {
  const script = `const m = await import('${join(SRC, file)}'); await m.${call}`;

  // Only a signal that nothing can catch ends a process that is stuck in node's own code.
  const { signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    {
      env: { RUNNER_TEMP: '/proc/self/x', RUNNER_DEBUG: '1' },
      encoding: 'utf8',
      timeout: 10_000,
      killSignal: 'SIGKILL',
    },
  );

  expect(signal).toBe(null);
  expect(stdout + stderr).toContain('ENOENT');
});

const isRefused = /is not a regular file/;

test.each([
  ['a file', (path: string) => fs.writeFileSync(path, 'x'), /^x$/],
  ['a link to /dev/null', (path: string) => fs.symlinkSync('/dev/null', path), /^$/],
  ['a file of 16 MB', (path: string) => fs.writeFileSync(path, 'x'.repeat(2 ** 24)), /^x+$/],
  ['a larger file', (path: string) => fs.writeFileSync(path, 'x'.repeat(2 ** 24 + 1)), isRefused],
  ['a directory', (path: string) => fs.mkdirSync(path), isRefused],
  ['a pipe', (path: string) => execFileSync('mkfifo', [path]), isRefused],
  ['a device', (path: string) => fs.symlinkSync('/dev/zero', path), isRefused],
])('what is read of %s', async (_what, make, text) => {
  make(homeOf('a'));
  fs.symlinkSync('a', homeOf('link'));

  for (const path of ['a', 'link'].map((name) => homeOf(name))) {
    const readSync = async () => readTextSync(path);

    for (const read of [readSync(), readText(path)]) {
      expect(await read.catch((error: Error) => error.message)).toMatch(text);
    }
  }
});

test('a pipe is not replaced by an auth file', () => {
  execFileSync('mkfifo', [homeOf('pipe')]);

  expect(() => writeAuthFile(homeOf('pipe'), {})).toThrow(isRefused);
  expect(fs.readdirSync(homeOf())).toEqual(['pipe']);
});
