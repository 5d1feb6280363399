import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NamespaceOptions, NamespaceWorld } from './namespace-world.ts';
import { harness, nodeBinary } from './paths.ts';

/**
 * What happens in a namespace: the default export of a file, run by node itself. What it gives back goes through JSON.
 */
export type Scenario<Parameters, Result> = (world: NamespaceWorld, parameters: Parameters) => Promise<Result>;

const UNSHARE = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];

/**
 * Runs a scenario in network and mount namespaces of its own, where the agent has its own addresses and AWS its own
 * names. Needs NAMESPACE_PARTS.
 *
 * @param scenarioFile the whole path of a file whose default export is a Scenario
 * @returns what the scenario gave back; rejects with all that it printed where it failed
 */
export async function runInNamespace<Result>(
  scenarioFile: string,
  options: NamespaceOptions = {},
  parameters: unknown = null,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-login-namespace-'));
  const resultFile = join(folder, 'result.json');
  const inside = [join(harness, 'namespace-entry.ts'), JSON.stringify(options), JSON.stringify(parameters)];
  const command = [...UNSHARE, nodeBinary, ...inside, scenarioFile, resultFile];
  try {
    await promisify(execFile)('unshare', command, {
      timeout: 120_000,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 26,
    });
    return JSON.parse(readFileSync(resultFile, 'utf8')) as Result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
