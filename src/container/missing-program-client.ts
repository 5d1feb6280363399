import * as log from '../runner/log.ts';
import { type AuthFileLocation, authFilesOf } from './auth-file-location.ts';
import { ClientError, type ContainerClient } from './client.ts';
import { removeEntry } from './config-file.ts';
import { filesWithLogin } from './find-login.ts';
import type { Commands, Tool } from './tool.ts';

/** The client whose program is no longer on PATH in post: its logins are removed from the auth file. */
export function missingProgramClient(
  tool: Tool,
  { logout }: Commands,
  location: AuthFileLocation,
): ContainerClient {
  const missing = `${tool.name} is no longer on PATH`;
  return {
    tool,
    location,
    async logIn() {
      throw new ClientError(missing);
    },
    async logOut(registry, signal) {
      const files = filesWithLogin({ tool, location }, registry);
      for (const file of files) {
        await removeEntry(file, registry, { signal });
        log.info(`${missing}: the login to registry ${registry} was removed from ${file}`);
      }
      if (files.length > 0) return;
      const command = [tool.name, ...logout, registry].join(' ');
      const looked =
        authFilesOf(tool, location).join(' and ') || 'an auth file at a location that only the tool knows';
      throw new ClientError(
        `${missing}, and the login is not in ${looked}. If it still exists, remove it with:\n${command}`,
      );
    },
  };
}
