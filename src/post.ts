import { findContainerClient } from './container/docker.ts';
import { logOut } from './container/logout.ts';
import type { Environment } from './environment.ts';
import { Failure } from './failure/failure.ts';
import * as log from './log.ts';
import { savedLogins } from './state.ts';

/**
 * The post stage: logs the container client out of every registry that main logged in to, from the saved state alone.
 * Throws a Failure that names each one that could not be logged out of, after all have been tried.
 */
export async function post(environment: Environment, signal: AbortSignal): Promise<void> {
  const logins = savedLogins();
  if (logins.length === 0) {
    log.info('No registry to log out of');
    return;
  }
  const client = await findContainerClient(environment);
  const problems: string[] = [];
  for (const { registry, dockerConfig } of logins) {
    log.info(`Logging out of registry ${registry}`);
    const problem = await logOut({ ...client, config: dockerConfig }, registry, environment, signal);
    if (problem !== undefined) problems.push(`docker could not log out of registry ${registry}: ${problem}`);
  }
  if (problems.length > 0) throw new Failure({ what: problems.join('\n') });
}
