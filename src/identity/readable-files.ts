import { stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { Failure } from '../errors/failure.ts';
import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';
import type { CredentialSource } from './credential-order.ts';

/** The variables that name the configuration files of AWS, which the SDK reads in every job. */
export const CONFIG_FILES = ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'] as const;

/** The variables that name the files of tokens which a source reads. */
export const TOKEN_FILES: Readonly<Record<CredentialSource, readonly string[]>> = {
  environment: [],
  profile: ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
  container: ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
  'default-chain': ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
};

/**
 * Looks at the files that variables name before anybody reads them. To read a pipe or a device may never end, and
 * nothing can call it off; one that the SDK reads in the main thread keeps even a signal from being heard. A file that is
 * not there, or is a folder, fails at once where it is read, and is explained there.
 * Throws a Failure that names the variable and the file.
 */
export async function requireReadable(names: readonly string[], environment: Environment): Promise<void> {
  for (const name of names) {
    const path = variable(environment, name);
    if (path === undefined || !(await mayNeverEnd(path))) continue;
    const what = `${name} names ${singleLine(path)}, which is no regular file.`;
    throw new Failure({ what, knownError: 'file-not-regular', facts: { tokenFile: path, variable: name } });
  }
}

/** Links are followed: Kubernetes mounts tokens as such. The null device is an empty file to those who name it. */
async function mayNeverEnd(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.isFile() || found.isDirectory()) return false;
  return !found.isCharacterDevice() || found.rdev !== (await stat(devNull)).rdev;
}
