import { statSync } from 'node:fs';
import { messageOf } from '../errors/failure.ts';
import type { RegistryLogin } from '../registry/login.ts';
import * as log from '../runner/log.ts';
import { type AuthFile, helperFor, holdsLogin, readAuthFile } from './auth-file.ts';
import { type AuthFileLocation, authFilesOf } from './auth-file-location.ts';
import { ClientError, type ContainerClient } from './client.ts';

/** A login that succeeded and was then lost: another program, outside the lock, wrote an older state of the file back. */
export class OverwrittenLogin extends ClientError {
  constructor(file: string) {
    super(`the login is not in ${file}: another program has written the file at the same time`, {
      isTransient: true,
    });
  }
}

/** What changes with every change of the auth file; undefined where there is no file. */
export function versionOf({ file }: AuthFileLocation): string | undefined {
  const found = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
  return found && [found.ino, found.size, found.mtimeMs].join();
}

/**
 * Looks for the login in the auth file after the client has reported success, and warns where a credential helper has
 * it that keeps none.
 * Throws an OverwrittenLogin where another program has overwritten it.
 *
 * @param before the version of the file before the login
 */
export function verifyLogin(client: ContainerClient, login: RegistryLogin, before: string | undefined): void {
  const { tool, location } = client;
  const { file } = location;
  const config = file === undefined ? undefined : readable(file);
  if (file === undefined || config === undefined) return;
  const reads = { storeForAll: tool.keepsIn !== 'containers', emptyHelper: tool.emptyHelper };
  const helper = helperFor(config, login.registry, reads);
  if (helper !== undefined) {
    warnOfHelper(helper, client, login.registry);
  } else if (tool.keepsByHost && !isInFile(client, login)) {
    // A client that hands the login to a helper of another configuration (registries.conf) leaves the file as it is.
    if (versionOf(location) !== before) throw new OverwrittenLogin(file);
    log.info(`${tool.name} keeps its logins in a credential helper, not in ${file}`);
  }
}

/** Whether an auth file of the client holds this login. */
export function isInFile(
  { tool, location }: Pick<ContainerClient, 'tool' | 'location'>,
  login: RegistryLogin,
): boolean {
  return authFilesOf(tool, location).some((file) => {
    const config = readable(file);
    return config !== undefined && holdsLogin(config, login.registry, login);
  });
}

function readable(file: string): AuthFile | undefined {
  try {
    return readAuthFile(file);
  } catch (error) {
    log.debug(`${file} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * A helper that does not keep the login is worth a warning: Amazon's own takes a login, where it is told to
 * (`AWS_ECR_IGNORE_CREDS_STORAGE`), and keeps none, and what runs no client at all hands nothing to any helper.
 */
function warnOfHelper(helper: string, { tool, location }: ContainerClient, registry: string): void {
  const remedy = "input 'isolate-docker-config' sets it aside for this job.";
  if (tool.commands === undefined) {
    log.warning(
      `${location.file} names the credential helper ${helper} for registry ${registry}: tools that read the file ask it, ` +
        `not the login that was written there; ${remedy}`,
    );
  } else if (helper === KEEPS_NOTHING) {
    log.warning(
      `The credential helper ${helper} took the login of ${tool.name} to registry ${registry} and keeps none: pulls ` +
        `and pushes will use the identity of the helper, not the one that this step signed with; ${remedy}`,
    );
  }
}

/** The helper that keeps no login: whatever it takes, it answers with a token of its own making. */
const KEEPS_NOTHING = 'ecr-login';
