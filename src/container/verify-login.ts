import { existsSync } from 'node:fs';
import { messageOf } from '../errors/failure.ts';
import type { RegistryLogin } from '../registry/login.ts';
import * as log from '../runner/log.ts';
import { type AuthFile, helperFor, holdsLogin, readAuthFile } from './auth-file.ts';
import type { ContainerClient } from './client.ts';

/** How often a client is logged in before a login that gets lost is left at that. */
const MOST_LOGINS = 3;

/** Where a login is after the client has said that it succeeded. */
export type Whereabouts =
  | { readonly kind: 'kept' }
  /** The client handed it to a credential helper. */
  | { readonly kind: 'helper'; readonly helper: string }
  /** The file that it belongs in does not hold it. */
  | { readonly kind: 'lost' }
  /** There is no file to look into. */
  | { readonly kind: 'unknown' };

/**
 * Logs a client in, and looks whether the login is where the client keeps it: another writer, outside the lock, may
 * have written back an older state of the file. A login that got lost is made again.
 */
export async function logInUntilKept(
  client: ContainerClient,
  login: RegistryLogin,
  logIn: () => Promise<void>,
): Promise<void> {
  const { tool, place } = client;
  for (let made = 1; ; made += 1) {
    await logIn();
    const where = whereabouts(client, login);
    if (where.kind === 'helper') warnOfHelper(where.helper, client, login.registry);
    if (where.kind !== 'lost') return;
    const lost = `The login of ${tool.name} to registry ${login.registry} is not in ${place.file}`;
    if (made >= MOST_LOGINS) {
      log.warning(
        `${lost}, though ${tool.name} was logged in ${made} times. Pulls and pushes may be refused.`,
      );
      return;
    }
    log.info(`${lost}: another program has written the file at the same time. Logging in again.`);
  }
}

/** Looks for a login in the file in which the client keeps it. */
export function whereabouts({ tool, place: { file } }: ContainerClient, login: RegistryLogin): Whereabouts {
  const config = file === undefined ? undefined : configIn(file);
  if (config === undefined) return { kind: 'unknown' };
  const reads = { storeForAll: tool.keepsIn !== 'containers', emptyHelper: tool.emptyHelper };
  const helper = helperFor(config, login.registry, reads);
  if (helper !== undefined) return { kind: 'helper', helper };
  if (holdsLogin(config, login.registry, login)) return { kind: 'kept' };
  return tool.keepsByHost ? { kind: 'lost' } : { kind: 'unknown' };
}

function configIn(file: string): AuthFile | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return readAuthFile(file);
  } catch (error) {
    log.debug(`The login was not looked for in ${file}: ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * A helper that does not keep the login is worth a warning: Amazon's own takes a login, where it is told to
 * (`AWS_ECR_IGNORE_CREDS_STORAGE`), and keeps none, and what runs no client at all hands nothing to any helper.
 */
function warnOfHelper(helper: string, { tool, place }: ContainerClient, registry: string): void {
  const remedy = "input 'isolate-docker-config' sets it aside for this job.";
  if (tool.commands === undefined) {
    log.warning(
      `${place.file} names the credential helper ${helper} for registry ${registry}: tools that read the file ask it, ` +
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
