import type { Environment } from '../runner/environment.ts';
import type { AuthFileLocation } from './auth-file-location.ts';
import type { ContainerClient } from './client.ts';
import { configFileClient } from './config-file.ts';
import type { FoundTool } from './find-tool.ts';
import { missingProgramClient } from './missing-program-client.ts';
import { programClient } from './program-client.ts';

/**
 * The client of a tool, with its logins at this location. A program gets this environment, see `clientEnvironment`.
 * In post a program may no longer be there.
 */
export function createClient(
  { tool, executable }: FoundTool,
  location: AuthFileLocation,
  environment: Environment,
): ContainerClient {
  const { commands } = tool;
  if (commands === undefined) return configFileClient(tool, location);
  if (executable === undefined) return missingProgramClient(tool, commands, location);
  return programClient({ tool, executable, commands }, location, environment);
}
