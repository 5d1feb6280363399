import { existsSync } from 'node:fs';
import { createClient } from '../container/create-client.ts';
import { filesWithLogin } from '../container/find-login.ts';
import type { FoundTool } from '../container/find-tool.ts';
import { removeAbandonedLock } from '../container/lock.ts';
import { logOut as logOutOf } from '../container/logout.ts';
import { TOOLS, type ToolName, withTool } from '../container/tool.ts';
import { Failure } from '../errors/failure.ts';
import { restoreVariables } from '../outputs.ts';
import { variable } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import type { SavedLogin, SavedState } from '../state.ts';
import { removeDraft } from './remove-draft.ts';
import type { Stage } from './run-stage.ts';

/** A stage that logs out, and how it finds a tool; undefined if that is gone. */
export type LogoutStage = Pick<Stage, 'environment' | 'signal'> & {
  readonly findTool: (name: ToolName) => Promise<FoundTool | undefined>;
};

/**
 * Logs the container clients out of every registry in the saved state, and removes the job's own configuration.
 * Throws a Failure that names everything that could not be done, after all was attempted.
 */
export async function logOut(state: SavedState, stage: LogoutStage): Promise<void> {
  const { logins, isolation, draft } = state;
  const problems = [...state.problems];
  if (logins.length === 0 && isolation === undefined) log.info('No registry to log out of');
  if (draft !== undefined) problems.push(...removeDraft(draft, logins));
  if (isolation?.isFirst) {
    // All logins of this step are in it, except those that a credential helper has.
    const others = logins.filter((login) => !isInFile(login));
    problems.push(...(await logOutOfAll(others, stage)));
    log.info(`Removing the job's own docker configuration ${isolation.directory}`);
    const { removeJobDirectory } = await import('../container/isolation/remove.ts');
    const temp = variable(stage.environment, 'RUNNER_TEMP') ?? '';
    const problem = await removeJobDirectory(isolation.directory, temp, stage.signal);
    if (problem !== undefined) problems.push(`${isolation.directory} could not be removed: ${problem}`);
  } else if (isolation === undefined || existsSync(isolation.directory)) {
    problems.push(...(await logOutOfAll(logins, stage)));
  }
  for (const directory of state.locked) await removeAbandonedLock(directory, stage.signal);
  // Last, since the runner may not take them: the logins are gone by then.
  if (isolation !== undefined) problems.push(...restoreVariables(isolation.moved, stage.environment));
  // The error of a cancelled step says nothing else, and somebody should know what is still logged in.
  if (stage.signal.aborted) for (const problem of problems) log.warning(problem);
  if (problems.length > 0) throw new Failure({ what: problems.join('\n') });
}

/** Whether the auth file holds a login, so that no client is needed to undo it. */
function isInFile({ registry, tool, ...location }: SavedLogin): boolean {
  return filesWithLogin({ tool: TOOLS[tool], location }, registry).length > 0;
}

/** Logs out of these registries. Returns the reason for each that fails. */
async function logOutOfAll(
  logins: readonly SavedLogin[],
  { environment, signal, findTool }: LogoutStage,
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
