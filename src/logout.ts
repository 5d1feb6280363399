import { existsSync } from 'node:fs';
import { createClient } from './clients/client.ts';
import { findClient } from './clients/client-choice.ts';
import type { Isolation } from './clients/isolation.ts';
import { logOut } from './clients/logout.ts';
import { Failure, throwAll } from './errors/failure.ts';
import * as log from './runner/log.ts';
import { readState, type State } from './state.ts';

/**
 * The post step: logs out, and removes the job's own docker configuration. Throws a Failure for
 * each problem.
 */
export async function logout(signal: AbortSignal) {
  const state = readState();
  const { isolation, logins } = state;
  const problems: string[] = [];

  if (logins.length === 0 && isolation === undefined) log.info('No registry to log out of');

  // Once the directory of the job is gone, so are the logins in it.
  const isGone = isolation !== undefined && !existsSync(isolation.directory);
  if (!isGone) problems.push(...(await logOutOfAll(state, signal)));

  if (isolation !== undefined) problems.push(...(await endIsolation(isolation)));

  // The error of a canceled step does not say what is still logged in.
  if (signal.aborted) {
    for (const problem of problems) log.warning(problem);
  }
  throwAll(problems.map((problem) => new Failure(problem)));
}

async function logOutOfAll({ logins, variables }: State, signal: AbortSignal) {
  const problems: string[] = [];

  for (const { tool, registry } of logins) {
    log.info(`Logging out of ${registry} with ${tool}`);
    const client = createClient(await findClient(tool), variables);

    const problem = await logOut(client, registry, signal);
    if (problem) problems.push(`${tool} could not log out of ${registry}: ${problem}`);
  }

  return problems;
}

/**
 * Only the step that has created the directory removes it. Each gives the variables back that it
 * has moved.
 */
async function endIsolation(isolation: Isolation) {
  const { removeIsolation, restoreVariables } = await import('./clients/isolation.ts');
  const { directory, createdHere, moved } = isolation;

  const problem = createdHere ? removeIsolation(isolation) : undefined;
  restoreVariables(moved);

  return problem === undefined ? [] : [`${directory} could not be removed: ${problem}`];
}
