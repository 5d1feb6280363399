import type { RegistryLogin } from '../registry/login.ts';
import * as log from '../runner/log.ts';
import { ClientError, type ContainerClient } from './client.ts';
import { helperInFile, isInFile, versionOf } from './find-login.ts';

/** A login that succeeded and was then lost: another program, outside the lock, wrote an older state of the file back. */
export class OverwrittenLogin extends ClientError {
  constructor(file: string) {
    super(`the login is not in ${file}: another program has written the file at the same time`, {
      isTransient: true,
    });
  }
}

/**
 * Looks for the login in the client's auth file after the client has reported success, and reports what may surprise: a
 * credential helper that keeps no login, or one that other jobs can use as well.
 * Throws an OverwrittenLogin if another program has overwritten the login.
 *
 * @param before the version of the file before the login
 * @param isIsolated whether the file is the job's own
 */
export function verifyLogin(
  client: ContainerClient,
  login: RegistryLogin,
  before: string | undefined,
  isIsolated: boolean,
): void {
  const { tool, location } = client;
  const helper = helperInFile(client, login.registry);
  if (helper !== undefined) {
    warnOfHelper(helper, client, login.registry);
  } else if (location.file !== undefined && tool.keepsByHost && !isInFile(client, login)) {
    // A client that hands the login to a helper of another configuration (registries.conf) leaves the file as it is.
    if (versionOf(location.file) !== before) throw new OverwrittenLogin(location.file);
    reportOtherHelper(client, location.file, isIsolated);
  }
}

/**
 * A helper that does not keep the login is worth a warning: Amazon's own takes a login if it is told to
 * (`AWS_ECR_IGNORE_CREDS_STORAGE`) and keeps none, and `config-file` hands nothing to any helper.
 */
function warnOfHelper(helper: string, { tool, location }: ContainerClient, registry: string): void {
  const remedy = "input 'isolate-docker-config' sets it aside for this job.";
  if (tool.commands === undefined) {
    log.warning(
      `${location.file} names the credential helper ${helper} for registry ${registry}: tools that read the file use it ` +
        `instead of the login that was written there; ${remedy}`,
    );
  } else if (helper === KEEPS_NOTHING) {
    log.warning(
      `The credential helper ${helper} took the login of ${tool.name} to registry ${registry} and keeps none: pulls ` +
        `and pushes will use the credentials of the helper, not those of this step; ${remedy}`,
    );
  }
}

/** The helper that keeps no login: it always returns a token that it has requested itself. */
const KEEPS_NOTHING = 'ecr-login';

const reported = new WeakSet<ContainerClient>();

/** Says once for a client that a helper keeps its logins, which no configuration that this action reads names. */
function reportOtherHelper(client: ContainerClient, file: string, isIsolated: boolean): void {
  if (reported.has(client)) return;
  reported.add(client);
  const { name, keepsIn } = client.tool;
  const what = `${name} keeps its logins in a credential helper, not in ${file}.`;
  if (!isIsolated) {
    log.info(what);
    return;
  }
  const where = keepsIn === 'containers' ? ' from credential-helpers in registries.conf' : '';
  log.warning(
    `${what} Other jobs can use them until this job's post step logs out. Remove the helper${where} to keep them in this job.`,
  );
}
