import { existsSync } from 'node:fs';
import { createClient, logOut } from './clients/client.ts';
import { findTool } from './clients/tools.ts';
import { Failure, throwAll } from './errors/failure.ts';
import * as log from './log.ts';
import { restoreVariables } from './outputs.ts';
import { readState, type State } from './state.ts';

/** The post step: logs out, and removes the job's own docker configuration. Throws a Failure for each problem. */
export async function logout(signal: AbortSignal): Promise<void> {
  const state = readState();
  const { isolation } = state;
  const problems: string[] = [];
  if (state.logins.length === 0 && isolation === undefined) log.info('No registry to log out of');
  // Without it, the directory of the job is gone already, and its logins with it.
  if (isolation === undefined || existsSync(isolation.directory)) {
    problems.push(...(await logOutOfAll(state, signal)));
  }
  if (isolation !== undefined) {
    if (isolation.isFirst) {
      const { removeIsolation } = await import('./clients/isolation.ts');
      const problem = removeIsolation(isolation);
      if (problem !== undefined)
        problems.push(`${isolation.directory} could not be removed: ${problem}`);
    }
    restoreVariables(isolation.moved);
  }
  // The error of a canceled step does not say what is still logged in.
  if (signal.aborted) for (const problem of problems) log.warning(problem);
  throwAll(problems.map((problem) => new Failure(problem)));
}

async function logOutOfAll(
  { logins, variables }: State,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { tool, registry } of logins) {
    log.info(`Logging out of ${registry} with ${tool}`);
    const client = createClient(await findTool(tool), variables);
    const problem = await logOut(client, registry, signal);
    if (problem !== undefined)
      problems.push(`${tool} could not log out of ${registry}: ${problem}`);
  }
  return problems;
}
