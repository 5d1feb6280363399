import { messageOf } from '../errors/failure.ts';
import { singleLine } from '../runner/safe-text.ts';
import { type AuthFile, readAuthFile, withLogin, withoutLogin } from './auth-file.ts';
import type { AuthFileLocation } from './auth-file-location.ts';
import { ClientError, type ContainerClient } from './client.ts';
import type { Tool } from './tool.ts';
import { type WriteOptions, writeAuthFile } from './write-auth-file.ts';

/** The client `config-file`: it runs no program and writes the auth file itself. */
export function configFileClient(tool: Tool, location: AuthFileLocation): ContainerClient {
  const { file } = location;
  return {
    tool,
    location,
    async logIn(login, { signal, onMayBeWritten }) {
      if (file === undefined) return;
      await writeEntry(file, login.registry, login, { signal, onDraft: onMayBeWritten });
    },
    async logOut(registry, signal) {
      if (file !== undefined) await removeEntry(file, registry, { signal });
    },
  };
}

/**
 * Writes a login into a configuration file and keeps everything else in it. To be called under the lock.
 * Throws a ClientError if the file cannot be read or written.
 */
export async function writeEntry(
  file: string,
  registry: string,
  { username, password }: { readonly username: string; readonly password: string },
  options: WriteOptions,
): Promise<void> {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  await change(file, (config) => withLogin(config, registry, auth), options);
}

/** Removes a registry's login from a configuration file. To be called under the lock. Throws as `writeEntry` does. */
export async function removeEntry(file: string, registry: string, options: WriteOptions): Promise<void> {
  await change(file, (config) => withoutLogin(config, registry), options);
}

async function change(
  file: string,
  alter: (config: AuthFile) => AuthFile,
  options: WriteOptions,
): Promise<void> {
  try {
    const old = readAuthFile(file);
    const altered = alter(old);
    if (altered !== old) await writeAuthFile(file, altered, options);
  } catch (error) {
    throw new ClientError(`${file} could not be changed: ${singleLine(messageOf(error))}`, { cause: error });
  }
}
