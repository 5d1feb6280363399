import { Failure, messageOf } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import * as log from '../runner/log.ts';
import { LOGIN_MS, SHORTEST_LOGIN_MS } from '../time/limits.ts';
import { type Backoff, backoffMs, type Clock, retryLine, SYSTEM_CLOCK } from '../time/retry.ts';
import * as auth from './auth-file.ts';
import { type Client, runClient } from './client.ts';
import { withLock } from './lock.ts';
import { isLasting, isSavingFailure, unreadableConfig } from './messages.ts';

/** An overloaded registry recovers within seconds, or takes longer: the pauses cover both. */
const LOGIN_BACKOFF: Backoff = { baseMs: 1_000, capMs: 10_000 };

export type Login = Record<'registry' | 'username' | 'password', string>;

export type LoginOptions = {
  signal: AbortSignal;
  maxAttempts: number;
  /** By the clock, in milliseconds: no other attempt starts that would end later. */
  endMs: number;
  /** Called before the login can be written. */
  onMayBeWritten: () => void;
  /** Called if the login failed and, for all that is known, is not written. An earlier login is still there then. */
  onNotWritten: () => void;
  clock?: Clock;
};

/** Why an attempt failed. */
type Problem = {
  reason: string;
  /** Whether it can be written all the same: a signal ended the client, or a credential store can have taken it. */
  mayBeWritten?: boolean;
  /** Whether the login succeeded and another program has overwritten it. */
  isOverwritten?: boolean;
};

type Attempt = Promise<Problem | undefined>;

/** Logs in, with another attempt unless it would fail in the same way. Throws a Failure with the client's message. */
export async function logIn(client: Client, login: Login, options: LoginOptions): Promise<void> {
  const problems: Problem[] = [];

  try {
    await attemptUntilDone(client, login, options, problems);
    warnOfVariable(client, login);
  } catch (error) {
    const config = auth.tryRead(client.file) ?? {};
    const isInFile = auth.hasAuth(config, login.registry, authOf(login));

    // Another login in the file is an earlier one: the client has changed nothing then.
    const isEarlier = auth.hasLogin(config, login.registry);
    const canBeElsewhere = !isEarlier && problems.some((problem) => problem.mayBeWritten);

    if (!isInFile && !canBeElsewhere) options.onNotWritten();
    throw error;
  }
}

/** @param problems gets the problem of each attempt that fails */
async function attemptUntilDone(
  client: Client,
  login: Login,
  options: LoginOptions,
  problems: Problem[],
) {
  const { signal, maxAttempts, endMs, clock = SYSTEM_CLOCK } = options;

  for (let attempt = 1; ; attempt += 1) {
    const startMs = clock.now();
    const work = () => attemptLogin(client, login, options);
    const problem = await withLock(client.file, signal, work, clock);
    if (problem === undefined) return;

    problems.push(problem);
    const { reason, isOverwritten } = problem;

    // The next attempt can take as long as this one.
    const durationMs = clock.now() - startMs;
    const pauseMs = backoffMs(attempt, LOGIN_BACKOFF, clock.random);
    const nextEndMs = clock.now() + pauseMs + durationMs;
    const isLast = attempt >= maxAttempts || nextEndMs > endMs;

    // The registry has accepted the login.
    if (isOverwritten && isLast) {
      return log.warning(`${reason}. Pulls and pushes can be denied.`);
    }

    const failure = failureOf(client, login, reason);
    if (isLast || signal.aborted || isLasting(reason)) throw failure;

    const what = `${client.name} login to registry ${login.registry}`;
    log.info(retryLine(`${what}: ${reason}`, `attempt ${attempt} of ${maxAttempts}`, pauseMs));
    await clock.sleep(pauseMs, signal).catch(() => Promise.reject(failure));
  }
}

function failureOf({ name: tool }: Client, { registry }: Login, reason: string) {
  const region = /\.dkr[.-]ecr(?:-fips)?\.([\w-]+)\./.exec(registry)?.[1];

  return new Failure(`${tool} could not log in to registry ${registry}: ${reason}`, {
    area: 'client',
    facts: { tool, registry, region, endpoint: 'dkr' },
  });
}

async function attemptLogin(client: Client, login: Login, options: LoginOptions): Attempt {
  const versionBefore = auth.versionOf(client.file);

  const write = client.commands === undefined ? writeLogin : runLogin;
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
): Attempt {
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
    return { reason, mayBeWritten: wasKilled || isSavingFailure(reason) };
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

  if (auth.versionOf(file) !== versionBefore) {
    const cause = 'another program has written the file at the same time';
    return { reason: `the login is not in ${file}: ${cause}`, isOverwritten: true };
  }

  // podman reads the names of helpers from registries.conf, too.
  const say = isInNamespace(client, login) ? log.debug : log.info;
  say(`${name} keeps its logins in a credential helper or another file, not in ${file}`);
  return undefined;
}

/**
 * Whether the login is where buildah keeps it if root lacks CAP_SYS_ADMIN, as in a pod: buildah then runs in a user
 * namespace of its own, as if for another user. Its logout finds it there. The versions use different directories.
 */
function isInNamespace({ env }: Client, login: Login) {
  const { TMPDIR = '/var/tmp' } = env;
  const places = [
    '/run/user/0',
    `${TMPDIR}/storage-run-0`,
    `${TMPDIR}/containers-user-0/containers`,
  ];

  return places.some((place) => {
    const config = auth.tryRead(`${place}/containers/auth.json`) ?? {};
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

/** `ecr-login` keeps no login of others, and the client `config-file` hands none to a helper. */
function warnOfHelper(helper: string, { commands, file }: Client) {
  if (helper !== 'ecr-login' && commands !== undefined) return;

  const remedy = nameSettings("To set it aside for this job, set input 'isolate-docker-config'.");
  warnOfOther(`Tools will use the credential helper ${helper} in ${file}`, remedy);
}

function warnOfOther(effect: string, remedy: string) {
  log.warning(`${effect}, not the login of this step. ${remedy}`);
}

/** A login as an auth file keeps it. */
const authOf = ({ username, password }: Login) =>
  Buffer.from(`${username}:${password}`).toString('base64');
