import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

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
