import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { nodeBinary, repository } from '../harness/paths.ts';
import { testReal } from '../harness/real-parts.ts';

const withDocker = testReal('docker');

interface Outcome {
  exitCode: number | string | undefined;
  stdout: string;
}

function runDemo(env: Record<string, string>, ...words: string[]): Promise<Outcome> {
  const file = join(repository, 'scripts', 'demo.ts');
  return new Promise((resolve) => {
    execFile(nodeBinary, [file, ...words], { env: { ...process.env, ...env } }, (error, stdout) =>
      resolve({ exitCode: error === null ? 0 : (error.code ?? undefined), stdout }),
    );
  });
}

withDocker('the demo shows a login and a logout, and succeeds', async () => {
  const { exitCode, stdout } = await runDemo({ NO_COLOR: '1' });
  expect(stdout).toMatch(/docker_password_\S+ = \*\*\*\n/);
  expect(stdout).toContain("✔ the registry accepted the docker client's credential");
  expect(stdout).toContain('✔ the login was removed');
  expect(exitCode).toBe(0);
});

withDocker('the demo calls no credential helper of the machine, where docker would choose one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'helpers-of-the-machine-'));
  const calls = join(folder, 'calls');
  for (const name of [
    'pass',
    ...['pass', 'secretservice', 'osxkeychain', 'desktop'].map((store) => `docker-credential-${store}`),
  ]) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "$0 $*" >>${calls}\nexit 1\n`, { mode: 0o755 });
  }
  const { exitCode } = await runDemo({ PATH: [folder, process.env['PATH']].join(delimiter) });
  const called = existsSync(calls) ? readFileSync(calls, 'utf8') : '';
  rmSync(folder, { recursive: true });
  expect([exitCode, called]).toEqual([0, '']);
});

withDocker('the demo of a pod without an association shows the failure as it should be', async () => {
  const { exitCode, stdout } = await runDemo({ FORCE_COLOR: '1', NO_COLOR: '' }, 'no-association');
  expect(stdout).toContain('\u001b[31mError: ');
  expect(exitCode).toBe(0);
});

withDocker(
  'the demo of the job hook shows a runner whose login the registry accepts only during the job',
  async () => {
    const { exitCode, stdout } = await runDemo({}, 'job-hook');
    expect(stdout).toContain('✔ after the job-started hook, the registry accepts the login of the runner');
    expect(exitCode).toBe(0);
  },
);

withDocker('the demo fails where the action does nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'idle-action-'));
  writeFileSync(join(folder, 'index.mjs'), '');
  const { exitCode, stdout } = await runDemo({ ACTION_ENTRY: join(folder, 'index.mjs') });
  rmSync(folder, { recursive: true });
  expect(stdout).toContain('✘ failed: docker stored the login');
  expect(exitCode).toBe(1);
});

test('the demo says in one line that it needs docker', async () => {
  const { exitCode, stdout } = await runDemo({ PATH: tmpdir() });
  expect(stdout).toMatch(/^The demo needs .*docker.*\n$/);
  expect(exitCode).toBe(1);
});
