import { existsSync } from 'node:fs';
import { createClient } from '../container/create-client.ts';
import { filesWithLogin } from '../container/find-login.ts';
import { findTool } from '../container/find-tool.ts';
import { logOut as logOutOf } from '../container/logout.ts';
import { TOOLS, withTool } from '../container/tool.ts';
import { Failure } from '../errors/failure.ts';
import { restoreVariables } from '../outputs.ts';
import { type Environment, variable } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { readState } from '../saved-state.ts';
import type { SavedLogin } from '../state.ts';
import type { Stage } from './run-stage.ts';

/**
 * The post stage: logs the container clients out of every registry that main logged in to, from the saved state alone,
 * and ends the job's own configuration.
 * Throws a Failure that names everything that could not be done, after all has been tried.
 */
export async function logOut({ environment, signal }: Pick<Stage, 'environment' | 'signal'>): Promise<void> {
  const { logins, isolation, problems: damaged } = readState();
  const problems = [...damaged];
  if (logins.length === 0 && isolation === undefined && problems.length === 0) {
    log.info('No registry to log out of');
    return;
  }
  if (isolation?.isFirst) {
    // All logins of this step are in it, except those that a credential helper has.
    const others = logins.filter((login) => !isInFile(login));
    problems.push(...(await logOutOfAll(others, environment, signal)));
    log.info(`Removing the job's own docker configuration ${isolation.directory}`);
    const { removeJobDirectory } = await import('../container/isolation/remove.ts');
    const temp = variable(environment, 'RUNNER_TEMP') ?? '';
    const problem = await removeJobDirectory(isolation.directory, temp, signal);
    if (problem !== undefined) problems.push(`${isolation.directory} could not be removed: ${problem}`);
  } else if (isolation === undefined || existsSync(isolation.directory)) {
    problems.push(...(await logOutOfAll(logins, environment, signal)));
  }
  // Last, since the runner may not take them: what can log in is gone by then.
  if (isolation !== undefined) problems.push(...restoreVariables(isolation.moved, environment));
  // The error of a step that is cancelled says that alone, and somebody should know what is still logged in.
  if (signal.aborted) for (const problem of problems) log.warning(problem);
  if (problems.length > 0) throw new Failure({ what: problems.join('\n') });
}

/** Whether the auth file holds a login, so that no client is needed to undo it. */
function isInFile({ registry, tool, ...location }: SavedLogin): boolean {
  return filesWithLogin({ tool: TOOLS[tool], location }, registry).length > 0;
}

/** Gives the reasons of those that could not be logged out of. */
async function logOutOfAll(
  logins: readonly SavedLogin[],
  environment: Environment,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { registry, tool, ...location } of logins) {
    log.info(`Logging out of registry ${registry}${withTool(tool)}`);
    const found = (await findTool(tool)) ?? { tool: TOOLS[tool] };
    const problem = await logOutOf(createClient(found, location, environment), registry, signal);
    if (problem !== undefined) problems.push(`${tool} could not log out of registry ${registry}: ${problem}`);
  }
  return problems;
}
