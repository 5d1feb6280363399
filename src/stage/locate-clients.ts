import { authFileLocation } from '../container/auth-file-location.ts';
import type { ContainerClient } from '../container/client.ts';
import { createClient } from '../container/create-client.ts';
import type { FoundTool } from '../container/find-tool.ts';
import type { Isolation } from '../container/isolation/create.ts';
import { exportVariables } from '../outputs.ts';
import type { RegistryLogin } from '../registry/login.ts';
import type { Environment } from '../runner/environment.ts';
import * as log from '../runner/log.ts';

/**
 * The clients of the tools, with the configurations in force.
 * Throws a Failure where one would be in a home that is not there.
 */
export function locateClients(
  tools: readonly FoundTool[],
  environment: Environment,
): readonly ContainerClient[] {
  return tools.map((found) =>
    createClient(found, authFileLocation(found.tool.keepsIn, environment), environment),
  );
}

/** What an isolated configuration depends on. */
export type IsolationOptions = {
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Called with the configuration before it is created. */
  readonly onPlan: (isolation: Isolation) => void;
};

/**
 * The clients of the tools, with a configuration of the job's own, as input `isolate-docker-config` asks. The steps that
 * follow use it as well.
 * Throws a Failure where it cannot be created.
 */
export async function isolateClients(
  tools: readonly FoundTool[],
  logins: readonly RegistryLogin[],
  { environment, signal, onPlan }: IsolationOptions,
): Promise<readonly ContainerClient[]> {
  const { isolate } = await import('../container/isolation/create.ts');
  const purpose = { tools: tools.map(({ tool }) => tool), hosts: logins.map(({ registry }) => registry) };
  const { directory, moved } = await isolate(environment, purpose, signal, onPlan);
  log.info(`The logins are kept in a docker configuration of this job's own, ${directory}`);
  exportVariables(moved);
  const variables = Object.fromEntries(moved.map(({ name, value }) => [name, value]));
  return locateClients(tools, { ...environment, ...variables });
}
