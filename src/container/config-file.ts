import { Failure, wordsOf } from '../failure/failure.ts';
import { singleLine } from '../safe-text.ts';
import {
  type CredentialConfig,
  readConfig,
  withLogin,
  withoutLogin,
  writeConfig,
} from './credential-config.ts';

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
}

/** Takes a registry's login out of a configuration file. Throws as `writeEntry` does. */
export function removeEntry(file: string, registry: string): void {
  change(file, (config) => withoutLogin(config, registry));
}

function change(file: string, alter: (config: CredentialConfig) => CredentialConfig): void {
  try {
    const old = readConfig(file);
    const altered = alter(old);
    if (altered !== old) writeConfig(file, altered);
  } catch (error) {
    throw new Failure(
      { what: `The configuration file ${file} could not be changed: ${singleLine(wordsOf(error))}` },
      { cause: error },
    );
  }
}
