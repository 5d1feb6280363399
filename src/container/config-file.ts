import { statSync } from 'node:fs';
import { Failure, messageOf } from '../errors/failure.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import { type AuthFile, readAuthFile, withLogin, withoutLogin, writeAuthFile } from './auth-file.ts';

// The tool `config-file`: no program, the entry of a login written by this action itself.

/**
 * Writes a login into a configuration file, everything else in it kept. To be called under the lock.
 * Throws a Failure where the file cannot be read or written.
 */
export function writeEntry(
  file: string,
  registry: string,
  { username, password }: { readonly username: string; readonly password: string },
): void {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  change(file, (config) => withLogin(config, registry, auth));
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

function change(file: string, alter: (config: AuthFile) => AuthFile): void {
  try {
    const old = readAuthFile(file);
    const altered = alter(old);
    if (altered !== old) writeAuthFile(file, altered);
  } catch (error) {
    throw new Failure(
      { what: `The configuration file ${file} could not be changed: ${singleLine(messageOf(error))}` },
      { cause: error },
    );
  }
}
