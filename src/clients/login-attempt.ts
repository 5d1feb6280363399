import { messageOf } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import * as log from '../runner/log.ts';
import { LOGIN_MS, SHORTEST_LOGIN_MS } from '../time/limits.ts';
import { type Clock, SYSTEM_CLOCK } from '../time/retry.ts';
import * as auth from './auth-file.ts';
import { type Client, runClient } from './client.ts';
import { isSavingFailure, unreadableConfig } from './messages.ts';

export type Login = Record<'registry' | 'username' | 'password', string>;

export type AttemptOptions = {
  signal: AbortSignal;
  /** When all attempts have to be done, by the clock, in milliseconds. */
  endMs: number;
  /** Called before the login can be written. */
  onMayBeWritten: () => void;
  clock?: Clock;
};

/** Why an attempt failed. */
export type Problem = {
  reason: string;
  /** Whether a signal ended the client, or a credential store can have taken the login. */
  mayBeElsewhere?: boolean;
  /** Whether the login succeeded, and another program has overwritten it. */
  isOverwritten?: boolean;
};

/** Makes one attempt. Returns nothing if the login succeeded, else what stood in the way. */
export async function attemptLogin(client: Client, login: Login, options: AttemptOptions) {
  const versionBefore = auth.versionOf(client.file);

  const write = client.prefix === undefined ? writeLogin : runLogin;
  const problem = await write(client, login, options);

  return problem ?? checkLogin(client, login, versionBefore);
}

/** The login of the client `config-file`. */
function writeLogin(
  { file = '' }: Client,
  login: Login,
  { onMayBeWritten }: AttemptOptions,
): Problem | undefined {
  try {
    const config = auth.readAuthFile(file);
    const auths = { ...config.auths, [login.registry]: { auth: authOf(login) } };

    onMayBeWritten();
    auth.writeAuthFile(file, { ...config, auths });
    return undefined;
  } catch (error) {
    return { reason: `${file} could not be changed: ${messageOf(error)}` };
  }
}

/** The password goes over standard input: other processes can read arguments and environment. */
async function runLogin(
  client: Client,
  { registry, username, password }: Login,
  { signal, endMs, onMayBeWritten, clock = SYSTEM_CLOCK }: AttemptOptions,
): Promise<Problem | undefined> {
  const args = ['--username', username, '--password-stdin', registry];
  const timeLeftMs = endMs - clock.now();
  const deadlineMs = Math.min(LOGIN_MS, Math.max(SHORTEST_LOGIN_MS, timeLeftMs));

  onMayBeWritten();
  const { reason, wasKilled, stderr } = await runClient(client, 'login', args, {
    signal,
    deadlineMs,
    input: password,
  });

  if (reason !== undefined) {
    return { reason, mayBeElsewhere: wasKilled || isSavingFailure(reason) };
  }

  const problem = unreadableConfig(stderr);
  if (problem !== undefined) {
    const effect = 'could not read its configuration, so the login replaced the file';
    log.warning(`${client.name} ${effect}: ${problem}`);
  }
  return undefined;
}

/** Looks for the login after the client has reported success. */
function checkLogin(client: Client, login: Login, versionBefore?: string): Problem | undefined {
  const { name, file } = client;
  const config = auth.tryRead(file) ?? {};

  const helper = auth.helperFor(config, login.registry, client);
  if (helper !== undefined) warnOfHelper(helper, client);

  const isElsewhere = helper !== undefined || file === undefined;
  if (isElsewhere || auth.hasAuth(config, login.registry, authOf(login))) return undefined;

  // The file has changed since before the attempt, and our login is not in it: another program has
  // written the file after the client.
  if (auth.versionOf(file) !== versionBefore) {
    const cause = 'another program has written the file at the same time';
    return { reason: `the login is not in ${file}: ${cause}`, isOverwritten: true };
  }

  // The file is unchanged, so the login went elsewhere: podman can take a helper from
  // registries.conf. A namespace of buildah is expected, so only the debug log has the line.
  const say = isInNamespace(client, login) ? log.debug : log.info;
  say(`${name} keeps its logins in a credential helper or another file, not in ${file}`);
  return undefined;
}

/** Where buildah keeps its logins in a user namespace of its own; the versions differ. */
const NAMESPACE_FOLDERS = [
  '/run/user/0',
  '/var/tmp/storage-run-0',
  '/var/tmp/containers-user-0/containers',
];

/**
 * Whether the login is in a user namespace of the client: buildah makes one if root lacks
 * CAP_SYS_ADMIN, as in a pod. The logout of the client finds the login there.
 */
function isInNamespace({ env }: Client, login: Login) {
  return NAMESPACE_FOLDERS.some((folder) => {
    const path = folder.replace('/var/tmp', env['TMPDIR'] ?? '/var/tmp');
    const config = auth.tryRead(`${path}/containers/auth.json`) ?? {};
    return auth.hasAuth(config, login.registry, authOf(login));
  });
}

/**
 * docker 28.3.2 and later read DOCKER_AUTH_CONFIG before any file (`memorystore` in docker/cli), and
 * a login does not change the variable. If docker cannot read the variable, docker says so itself,
 * and reads the file.
 */
export function warnOfVariable({ name, env }: Client, { registry }: Login) {
  try {
    const config = JSON.parse(env['DOCKER_AUTH_CONFIG'] ?? '');
    if (name === 'docker' && auth.hasLogin(config, registry)) {
      warnOfOther(
        `docker 28.3.2 and later uses DOCKER_AUTH_CONFIG for ${registry}`,
        'Remove the host from it.',
      );
    }
  } catch {
    // It is not set, or not valid.
  }
}

/**
 * Warns if tools will ask a helper that does not have the login. The helper `ecr-login` stores no
 * login that it is given, and the client `config-file` gives none to a helper.
 */
function warnOfHelper(helper: string, { prefix, file }: Client) {
  // Only programs have a prefix, and hand their logins to a helper.
  const isHandedOn = prefix !== undefined;
  if (isHandedOn && helper !== 'ecr-login') return;

  const remedy = nameSettings("To set it aside for this job, set input 'isolate-docker-config'.");
  warnOfOther(`Tools will use the credential helper ${helper} in ${file}`, remedy);
}

function warnOfOther(effect: string, remedy: string) {
  log.warning(`${effect}, not the login of this step. ${remedy}`);
}

/** A login as an auth file keeps it. */
export const authOf = ({ username, password }: Login) =>
  Buffer.from(`${username}:${password}`).toString('base64');
