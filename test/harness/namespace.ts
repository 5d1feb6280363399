import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NamespaceOptions } from './namespace-world.ts';
import { harness } from './paths.ts';

/** The registry of the account that calls ECR. */
export const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

const UNSHARE = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];

/**
 * Runs a scenario, which is a function that a file exports, in new namespaces. There, the agent has
 * its real addresses and AWS its real names. The result goes through JSON. Needs the parts in
 * NAMESPACE.
 */
export async function runInNamespace<Result>(
  file: string,
  scenario: string,
  options: NamespaceOptions = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-login-namespace-'));
  const resultFile = join(folder, 'result.json');

  const program = [process.execPath, join(harness, 'namespace-world.ts')];
  const args = [file, scenario, JSON.stringify(options), resultFile];
  const limits = { timeout: 120_000, killSignal: 'SIGKILL', maxBuffer: 1 << 26 } as const;

  try {
    await promisify(execFile)('unshare', [...UNSHARE, ...program, ...args], limits);

    return JSON.parse(readFileSync(resultFile, 'utf8')) as Result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
