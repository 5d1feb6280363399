import { authFileLocation } from '../container/auth-file-location.ts';
import { warnOfAuthFiles } from '../container/auth-file-warnings.ts';
import type { ContainerClient } from '../container/client.ts';
import { createClient } from '../container/create-client.ts';
import type { FoundTool } from '../container/find-tool.ts';
import type { Inputs } from '../inputs.ts';
import { exportVariables } from '../outputs.ts';
import type { RegistryLogin } from '../registry/login.ts';
import type { Environment } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { saveIsolation } from '../state.ts';

/** What the auth file locations depend on. */
export type LocationChoice = Pick<Inputs, 'isolateDockerConfig' | 'skipLogout'> & {
  readonly environment: Environment;
  readonly signal: AbortSignal;
};

/**
 * Decides where the clients keep the logins: to the configurations in force or, as input `isolate-docker-config` asks, to one of the
 * job's own, which the steps that follow are led to as well. Post is told of that one before it is made.
 * Throws a Failure where it cannot be made.
 */
export async function locateClients(
  tools: readonly FoundTool[],
  logins: readonly RegistryLogin[],
  choice: LocationChoice,
): Promise<readonly ContainerClient[]> {
  const isIsolated = choice.isolateDockerConfig && logins.length > 0;
  const ofStep = isIsolated ? await isolated(tools, logins, choice) : choice.environment;
  const clients = tools.map((found) =>
    createClient(found, authFileLocation(found.tool.keepsIn, ofStep), ofStep),
  );
  if (logins.length > 0) warnOfAuthFiles(clients, choice.environment);
  return clients;
}

/** Makes the job's own configuration; gives the environment that leads to it. */
async function isolated(
  tools: readonly FoundTool[],
  logins: readonly RegistryLogin[],
  { skipLogout, environment, signal }: LocationChoice,
): Promise<Environment> {
  const { isolate } = await import('../container/isolation/create.ts');
  const purpose = { tools: tools.map(({ tool }) => tool), hosts: logins.map(({ registry }) => registry) };
  const { directory, moved } = await isolate(environment, purpose, signal, (isolation) => {
    if (!skipLogout) saveIsolation(isolation);
  });
  log.info(`The logins are kept in a docker configuration of this job's own, ${directory}`);
  exportVariables(moved);
  return { ...environment, ...Object.fromEntries(moved.map(({ name, value }) => [name, value])) };
}
