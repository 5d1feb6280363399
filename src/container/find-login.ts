import { statSync } from 'node:fs';
import { messageOf } from '../errors/failure.ts';
import type { RegistryLogin } from '../registry/login.ts';
import * as log from '../runner/log.ts';
import { type AuthFile, hasLogin, helperFor, holdsLogin, readAuthFile } from './auth-file.ts';
import { authFilesOf } from './auth-file-location.ts';
import type { ContainerClient } from './client.ts';

// Where a login is: in an auth file of its client, or with a credential helper that the file names.

type Client = Pick<ContainerClient, 'tool' | 'location'>;

/** The files that hold a login of a client to a registry, whatever its password. */
export function filesWithLogin({ tool, location }: Client, registry: string): readonly string[] {
  return authFilesOf(tool, location).filter((file) => hasLogin(contentOf(file), registry));
}

/** Whether an auth file of the client holds this login. */
export function isInFile({ tool, location }: Client, login: RegistryLogin): boolean {
  return authFilesOf(tool, location).some((file) => holdsLogin(contentOf(file), login.registry, login));
}

/** The credential helper that the client's auth file names for a registry; undefined if there is none. */
export function helperInFile({ tool, location: { file } }: Client, registry: string): string | undefined {
  const reads = { storeForAll: tool.keepsIn !== 'containers', emptyHelper: tool.emptyHelper };
  return file === undefined ? undefined : helperFor(contentOf(file), registry, reads);
}

/** What changes with every change of an auth file; undefined if there is no file. */
export function versionOf(file = ''): string | undefined {
  try {
    const { ino, size, mtimeMs } = statSync(file);
    return [ino, size, mtimeMs].join();
  } catch {
    return undefined;
  }
}

/** The content of an auth file; empty if it cannot be read. */
function contentOf(file: string): AuthFile {
  try {
    return readAuthFile(file);
  } catch (error) {
    log.debug(`${file} cannot be read: ${messageOf(error)}`);
    return {};
  }
}
