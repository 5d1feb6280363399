import { findTool } from '../container/find-tool.ts';
import { usePath, variable } from '../runner/environment.ts';
import { logOut } from '../stage/log-out.ts';
import type { Stage } from '../stage/run-stage.ts';
import { readState } from '../state.ts';
import { openState, removeState } from './state-file.ts';

/** The state that holds the PATH of the job-started hook. */
// Stryker disable next-line StringLiteral: any name will do, as long as both hooks use it
export const PATH_STATE = 'path';

/**
 * Undoes the logins of a job-started hook and removes its state. The container clients are looked for on the PATH that
 * the job-started hook had: the job may have put directories of its own in front of it.
 * Afterwards this process has its own PATH again: the one of a job that had no end can be gone.
 */
export async function logOutOfState(stage: Stage, stateDirectory: string): Promise<void> {
  const store = openState(stateDirectory);
  const ownPath = variable(stage.environment, 'PATH') ?? '';
  const environment = usePath(stage.environment, store.get(PATH_STATE));
  try {
    await logOut(readState(store), { ...stage, environment, findTool });
  } finally {
    usePath(stage.environment, ownPath);
    removeState(stateDirectory);
  }
}
