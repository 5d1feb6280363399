import { Failure, messageOf } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import * as log from '../runner/log.ts';
import { LOGIN_MS, SHORTEST_LOGIN_MS } from '../time/limits.ts';
import { backoffMs, type Clock, retryLine, SYSTEM_CLOCK } from '../time/retry.ts';
import * as auth from './auth-file.ts';
import { type Client, runClient } from './client.ts';
import { withLock } from './lock.ts';
import { isLasting, isSavingFailure, unreadableConfig } from './messages.ts';

/** An overloaded registry recovers within seconds, or takes longer: the pauses cover both. */
const LOGIN_BACKOFF = { baseMs: 1_000, capMs: 10_000 };

export type Login = Record<'registry' | 'username' | 'password', string>;

export type LoginOptions = {
  signal: AbortSignal;
  maxAttempts: number;
  /** By the clock, in milliseconds: no other attempt starts that would end later. */
  endMs: number;
  /** Called before the login can be written. */
  onMayBeWritten: () => void;
  /**
   * Called if the login failed and, for all that is known, is not written. An earlier login is
   * still there then.
   */
  onNotWritten: () => void;
  clock?: Clock;
};

/** Why an attempt failed. */
type Problem = {
  reason: string;
  /** What is known of the login, if anything. */
  trace?: Trace;
};

/**
 * - `elsewhere`: a signal ended the client, or a credential store can have taken the login.
 * - `overwritten`: the login succeeded, and another program has overwritten it.
 */
type Trace = 'elsewhere' | 'overwritten';

/**
 * Logs in, with another attempt unless it would fail in the same way. Throws a Failure with the
 * client's message.
 */
export async function logIn(client: Client, login: Login, options: LoginOptions) {
  let canBeElsewhere = false;
  const attempt = async () => {
    const problem = await attemptLogin(client, login, options);
    if (problem?.trace === 'elsewhere') canBeElsewhere = true;
    return problem;
  };

  try {
    await repeatUntilDone(attempt, client, login, options);
  } catch (error) {
    const config = auth.tryRead(client.file) ?? {};
    if (!mustUndo(loginInFile(config, login), canBeElsewhere)) options.onNotWritten();
    throw error;
  }

  warnOfVariable(client, login);
}

type InFile = 'ours' | 'another' | 'none';

function loginInFile(config: auth.AuthFile, login: Login): InFile {
  if (auth.hasAuth(config, login.registry, authOf(login))) return 'ours';

  return auth.hasLogin(config, login.registry) ? 'another' : 'none';
}

/**
 * Whether post has to undo a login that failed. A login of an earlier step must stay: if the file
 * has one, the client has changed nothing.
 *
 * | The file has | An attempt can have written it elsewhere | Undo |
 * |---|---|---|
 * | our login | yes or no | yes |
 * | another login | yes or no | no |
 * | no login | yes | yes |
 * | no login | no | no |
 */
export const mustUndo = (inFile: InFile, canBeElsewhere: boolean) =>
  inFile === 'ours' || (inFile === 'none' && canBeElsewhere);

async function repeatUntilDone(
  attempt: () => Promise<Problem | undefined>,
  client: Client,
  login: Login,
  { signal, maxAttempts, endMs, clock = SYSTEM_CLOCK }: LoginOptions,
) {
  for (let number = 1; ; number += 1) {
    const startMs = clock.now();
    const problem = await withLock(client.file, signal, attempt, clock);
    if (problem === undefined) return;

    const { reason, trace } = problem;

    // The next attempt can take as long as this one.
    const durationMs = clock.now() - startMs;
    const pauseMs = backoffMs(number, LOGIN_BACKOFF, clock.random);
    const nextEndMs = clock.now() + pauseMs + durationMs;
    const isLast = number >= maxAttempts || nextEndMs > endMs;

    // The login itself succeeded, so the step does not fail.
    if (trace === 'overwritten' && isLast) {
      return log.warning(`${reason}. Pulls and pushes can be denied.`);
    }

    const failure = failureOf(client, login, reason);
    if (isLast || signal.aborted || isLasting(reason)) throw failure;

    const what = `${client.name} login to registry ${login.registry}`;
    log.info(retryLine(`${what}: ${reason}`, `attempt ${number} of ${maxAttempts}`, pauseMs));
    try {
      await clock.sleep(pauseMs, signal);
    } catch {
      // The step was canceled in the pause. Why the attempt failed tells more.
      throw failure;
    }
  }
}

function failureOf({ name: tool }: Client, { registry }: Login, reason: string) {
  const region = /\.dkr[.-]ecr(?:-fips)?\.([\w-]+)\./.exec(registry)?.[1];

  return new Failure(`${tool} could not log in to registry ${registry}: ${reason}`, {
    area: 'client',
    facts: { tool, registry, region, endpoint: 'dkr' },
  });
}

async function attemptLogin(client: Client, login: Login, options: LoginOptions) {
  const versionBefore = auth.versionOf(client.file);

  const write = client.prefix === undefined ? writeLogin : runLogin;
  const problem = await write(client, login, options);

  return problem ?? checkLogin(client, login, versionBefore);
}

/** The login of the client `config-file`. */
function writeLogin(
  { file = '' }: Client,
  login: Login,
  { onMayBeWritten }: LoginOptions,
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
  { signal, endMs, onMayBeWritten, clock = SYSTEM_CLOCK }: LoginOptions,
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
    return wasKilled || isSavingFailure(reason) ? { reason, trace: 'elsewhere' } : { reason };
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
    return { reason: `the login is not in ${file}: ${cause}`, trace: 'overwritten' };
  }

  // podman reads the names of helpers from registries.conf, too.
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
 * docker 28.3.2 and later read DOCKER_AUTH_CONFIG before any file (`memorystore` in docker/cli), and a login does not change
 * it. What docker cannot read there, it says itself, and reads the file.
 */
function warnOfVariable({ name, env }: Client, { registry }: Login) {
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
  if (helper !== 'ecr-login' && prefix !== undefined) return;

  const remedy = nameSettings("To set it aside for this job, set input 'isolate-docker-config'.");
  warnOfOther(`Tools will use the credential helper ${helper} in ${file}`, remedy);
}

function warnOfOther(effect: string, remedy: string) {
  log.warning(`${effect}, not the login of this step. ${remedy}`);
}

/** A login as an auth file keeps it. */
const authOf = ({ username, password }: Login) =>
  Buffer.from(`${username}:${password}`).toString('base64');
