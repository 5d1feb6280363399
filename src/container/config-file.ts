import { statSync } from 'node:fs';
import { messageOf } from '../errors/failure.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import { type AuthFile, readAuthFile, withLogin, withoutLogin, writeAuthFile } from './auth-file.ts';
import type { AuthFileLocation } from './auth-file-location.ts';
import { ClientError, type ContainerClient } from './client.ts';
import type { Tool } from './tool.ts';

/** The client `config-file`: it runs no program and writes the auth file itself. */
export function configFileClient(tool: Tool, location: AuthFileLocation): ContainerClient {
  const { file } = location;
  return {
    tool,
    location,
    async logIn(login, { onMayBeWritten }) {
      if (file !== undefined) writeEntry(file, login.registry, login, onMayBeWritten);
    },
    async logOut(registry) {
      if (file !== undefined) removeEntry(file, registry);
    },
  };
}

/**
 * Writes a login into a configuration file and keeps everything else in it. To be called under the lock.
 * Throws a ClientError where the file cannot be read or written.
 */
export function writeEntry(
  file: string,
  registry: string,
  { username, password }: { readonly username: string; readonly password: string },
  beforeWrite?: () => void,
): void {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  change(file, (config) => withLogin(config, registry, auth), beforeWrite);
  warnOfReaders(file);
}

/** The mode of a file that was there is kept, as docker keeps it, and who chose it may not have thought of this. */
function warnOfReaders(file: string): void {
  const mode = statSync(file).mode & 0o777;
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  log.warning(
    `${file} holds the password now, and others than its owner may use it (mode ${mode.toString(8)}): chmod 600 it, or set input 'isolate-docker-config'.`,
  );
}

/** Takes a registry's login out of a configuration file. Throws as `writeEntry` does. */
export function removeEntry(file: string, registry: string): void {
  change(file, (config) => withoutLogin(config, registry));
}

function change(file: string, alter: (config: AuthFile) => AuthFile, beforeWrite?: () => void): void {
  try {
    const old = readAuthFile(file);
    const altered = alter(old);
    if (altered === old) return;
    beforeWrite?.();
    writeAuthFile(file, altered);
  } catch (error) {
    throw new ClientError(`${file} could not be changed: ${singleLine(messageOf(error))}`, { cause: error });
  }
}
