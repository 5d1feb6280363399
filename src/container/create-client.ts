import type { Environment } from '../runner/environment.ts';
import type { AuthFileLocation } from './auth-file-location.ts';
import type { ContainerClient } from './client.ts';
import { configFileClient } from './config-file.ts';
import type { FoundTool } from './find-tool.ts';
import { programClient } from './program-client.ts';

/** The client of a tool, with its logins at this location. A program gets this environment, see `clientEnvironment`. */
export function createClient(
  { tool, executable }: FoundTool,
  location: AuthFileLocation,
  environment: Environment,
): ContainerClient {
  const { commands } = tool;
  return commands === undefined || executable === undefined
    ? configFileClient(tool, location)
    : programClient({ tool, executable, commands }, location, environment);
}
