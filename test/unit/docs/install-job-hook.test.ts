import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { repositoryText } from './repository-files.ts';

let folder: string;
const VARIABLES = (): string =>
  ['STARTED', 'COMPLETED']
    .map((hook) => `ACTIONS_RUNNER_HOOK_JOB_${hook}=${folder}/opt/hook/job-${hook.toLowerCase()}.sh\n`)
    .join('');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ecr-login-install-'));
  mkdirSync(join(folder, 'bin'));
  // Stand-ins for what downloads, verifies and unpacks. They read their input: a writer would fail at a closed pipe.
  for (const name of ['curl', 'sha256sum', 'gh', 'tar']) {
    writeFileSync(join(folder, 'bin', name), '#!/bin/sh\nexec cat >/dev/null\n', { mode: 0o755 });
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the script for a runner with this `.env`. */
function install(env: string): { status: number | null; env: string } {
  writeFileSync(join(folder, '.env'), env);
  const script = repositoryText('examples/ec2/install-job-hook.sh').replace(
    '=/opt/ecr-login',
    `=${folder}/opt`,
  );
  const PATH = `${join(folder, 'bin')}:${process.env['PATH']}`;
  const { status } = spawnSync('bash', ['-c', script, 'install', folder, 'v1.0.0', 'abc'], { env: { PATH } });
  return { status, env: readFileSync(join(folder, '.env'), 'utf8') };
}

test('the hooks are lines of their own, also after a last line without an end, and once', () => {
  const first = install('LANG=C');
  expect(first).toEqual({ status: 0, env: `LANG=C\n${VARIABLES()}` });
  expect(install(first.env)).toEqual(first);
});

test('another job hook of the runner stays', () => {
  const env = 'ACTIONS_RUNNER_HOOK_JOB_STARTED=/opt/other.sh\n';
  expect(install(env)).toEqual({ status: 1, env });
});
