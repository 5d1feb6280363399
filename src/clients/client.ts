import { existsSync, statSync } from 'node:fs';
import { Failure, messageOf } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import * as log from '../runner/log.ts';
import { LOGIN_MS, LOGOUT_MS, SHORTEST_LOGIN_MS } from '../time/limits.ts';
import { type Backoff, backoffMs, type Clock, retryLine, SYSTEM_CLOCK } from '../time/retry.ts';
import * as auth from './auth-file.ts';
import { withLock } from './lock.ts';
import { failureReason, isLasting, isSavingFailure, unreadableConfig } from './messages.ts';
import { clientEnvironment, type ProgramOptions, runProgram } from './process.ts';
import type { FoundTool } from './tools.ts';

/** An overloaded registry recovers within seconds, or takes longer: the pauses cover both. */
const LOGIN_BACKOFF: Backoff = { baseMs: 1_000, capMs: 10_000 };

export type Client = FoundTool & {
  /** The environment of its program. */
  readonly env: NodeJS.ProcessEnv;
  /** The file in which it keeps its logins; undefined if only the tool knows. */
  readonly file: string | undefined;
};

export type RegistryLogin = Readonly<Record<'registry' | 'username' | 'password', string>>;

export type LoginOptions = {
  readonly signal: AbortSignal;
  readonly maxAttempts: number;
  /** By the clock, in milliseconds: no other attempt starts that would end later. */
  readonly endMs: number;
  /** Called before the login can be written. */
  readonly onMayBeWritten: () => void;
  /** Called if the login failed and, for all that is known, is not written. An earlier login is still there then. */
  readonly onNotWritten: () => void;
  readonly clock?: Clock;
};

/** @param variables where the clients keep their logins: those of main, also in post */
export function createClient(
  found: FoundTool,
  variables: Readonly<Record<string, string>>,
): Client {
  const inherited = Object.entries(clientEnvironment(process.env));
  const others = inherited.filter(([name]) => !auth.LOCATION_VARIABLES.includes(name));
  const env = { ...Object.fromEntries(others), ...variables };
  return { ...found, env, file: auth.authFile(found.tool.keepsIn, env) };
}

/** Why an attempt failed. */
type Problem = {
  readonly reason: string;
  /** Whether it can be written all the same: a signal ended the client, or a credential store can have taken it. */
  readonly mayBeWritten?: boolean;
  /** Whether the login succeeded and another program has overwritten it. */
  readonly isOverwritten?: boolean;
};

/** Logs in, with another attempt unless it would fail in the same way. Throws a Failure with the client's message. */
export async function logIn(
  client: Client,
  login: RegistryLogin,
  options: LoginOptions,
): Promise<void> {
  const { signal, maxAttempts, endMs, clock = SYSTEM_CLOCK } = options;
  const before = versionOf(client.file);
  let mayBeWritten = false;
  try {
    for (let attempt = 1; ; attempt += 1) {
      const start = clock.now();
      const work = (): Promise<Problem | undefined> => attemptLogin(client, login, options);
      const problem = await withLock(client.file, signal, work, clock);
      if (problem === undefined) return;
      const { reason, isOverwritten = false } = problem;
      mayBeWritten ||= problem.mayBeWritten === true;
      const delayMs = backoffMs(attempt, LOGIN_BACKOFF, clock.random);
      // The next attempt can take as long as this one.
      const isLast = attempt >= maxAttempts || 2 * clock.now() - start + delayMs > endMs;
      if (isOverwritten && isLast) return log.warning(`${reason}. Pulls and pushes can be denied.`);
      const failed = failure(client, login, reason);
      if (signal.aborted || isLast || isLasting(reason)) throw failed;
      const what = `${client.tool.name} login to registry ${login.registry}`;
      log.info(retryLine(`${what}: ${reason}`, `attempt ${attempt} of ${maxAttempts}`, delayMs));
      await clock.sleep(delayMs, signal).catch(() => Promise.reject(failed));
    }
  } catch (error) {
    if (!isLeft(client, login, before, mayBeWritten)) options.onNotWritten();
    throw error;
  }
}

/** Whether a failed login can be left. Another one in the file is an earlier one: the client has changed nothing then. */
function isLeft(
  { file }: Client,
  login: RegistryLogin,
  before: string | undefined,
  mayBeWritten: boolean,
) {
  const config = readable(file);
  const isUnreadable = config === undefined && versionOf(file) !== before;
  if (auth.hasAuth(config ?? {}, login.registry, authOf(login))) return true;
  return (mayBeWritten || isUnreadable) && !auth.hasLogin(config ?? {}, login.registry);
}

function failure(client: Client, { registry }: RegistryLogin, reason: string): Failure {
  const tool = client.tool.name;
  const region = /\.dkr[.-]ecr(?:-fips)?\.([\w-]+)\./.exec(registry)?.[1];
  return new Failure(`${tool} could not log in to registry ${registry}: ${reason}`, {
    area: 'client',
    facts: { tool, registry, region, endpoint: 'dkr' },
  });
}

async function attemptLogin(client: Client, login: RegistryLogin, options: LoginOptions) {
  const before = versionOf(client.file);
  const write = client.tool.commands === undefined ? writeLogin : runLogin;
  const problem = await write(client, login, options);
  return problem ?? checkLogin(client, login, before);
}

/** The client `config-file`. */
async function writeLogin(
  { file = '' }: Client,
  login: RegistryLogin,
  { onMayBeWritten, clock }: LoginOptions,
): Promise<Problem | undefined> {
  try {
    const config = auth.readAuthFile(file);
    const auths = { ...config.auths, [login.registry]: { auth: authOf(login) } };
    onMayBeWritten();
    await auth.writeAuthFile(file, { ...config, auths }, clock);
    return undefined;
  } catch (error) {
    return { reason: `${file} could not be changed: ${messageOf(error)}` };
  }
}

/** The password goes over standard input: other processes can read arguments and environment. */
async function runLogin(client: Client, login: RegistryLogin, options: LoginOptions) {
  const { signal, endMs, onMayBeWritten, clock = SYSTEM_CLOCK } = options;
  const args = ['--username', login.username, '--password-stdin', login.registry];
  onMayBeWritten();
  const deadlineMs = Math.min(LOGIN_MS, Math.max(SHORTEST_LOGIN_MS, endMs - clock.now()));
  return runClient(client, 'login', args, { signal, deadlineMs, input: login.password });
}

/** Runs the program of a client. Returns why it failed. */
async function runClient(
  { tool, executable = tool.name, env }: Client,
  command: 'login' | 'logout',
  args: readonly string[],
  options: Omit<ProgramOptions, 'env'>,
): Promise<Problem | undefined> {
  try {
    const all = [...(tool.commands?.[command] ?? []), ...args];
    const result = await runProgram(executable, all, { ...options, env });
    const { exitCode, stderr } = result;
    if (exitCode !== 0) {
      const reason = failureReason(result);
      return { reason, mayBeWritten: exitCode === null || isSavingFailure(reason) };
    }
    const problem = command === 'login' ? unreadableConfig(stderr) : undefined;
    const effect = 'could not read its configuration, so the login replaced the file';
    if (problem !== undefined) log.warning(`${tool.name} ${effect}: ${problem}`);
    return undefined;
  } catch (error) {
    const reason = messageOf(error).replace(/^There was an error .* Error: /, '');
    return { reason: `${tool.name} could not be started: ${reason}` };
  }
}

/** Looks for the login after the client has reported success, and warns of credential helpers that keep none. */
function checkLogin(client: Client, login: RegistryLogin, before: string | undefined) {
  const { tool, file } = client;
  const helper = auth.helperFor(contentOf(file), login.registry, tool);
  if (helper === 'ecr-login' || (helper !== undefined && tool.commands === undefined)) {
    const effect = `Tools will use the credential helper ${helper} in ${file}, not the login of this step.`;
    const remedy = "To set it aside for this job, set input 'isolate-docker-config'.";
    log.warning(`${effect} ${nameSettings(remedy)}`);
  }
  if (helper !== undefined || file === undefined || isInFile(client, login)) return undefined;
  if (versionOf(file) !== before) {
    const reason = `the login is not in ${file}: another program has written the file at the same time`;
    return { reason, isOverwritten: true };
  }
  // podman reads the names of helpers from registries.conf, too.
  log.info(`${tool.name} keeps its logins in a credential helper or another file, not in ${file}`);
  return undefined;
}

/** Logs a client out of a registry. Returns the reason if that fails; to have no login is no failure. */
export async function logOut(
  client: Client,
  registry: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { tool, file } = client;
  try {
    return await withLock(file, signal, async () => {
      if (file !== undefined) auth.removeDrafts(file);
      const wasInFile = auth.hasLogin(contentOf(file), registry);
      const reason = await runLogout(client, registry, signal);
      if (reason === undefined && readable(file) === undefined) {
        log.warning(`${file} cannot be read, so a login to ${registry} can be left in it.`);
      }
      if (!wasInFile || file === undefined) return reason;
      // `docker logout` reports success also if it could not write its file (seen with docker 28).
      if ((await auth.removeLogin(file, registry)) && tool.commands !== undefined) {
        log.info(
          `${reason ?? `${tool.name} left the login`}: removed the login to ${registry} from ${file}`,
        );
      }
      return undefined;
    });
  } catch (error) {
    // There is no time for the client.
    const isGone =
      signal.aborted && (await auth.removeLogin(file ?? '', registry).catch(() => false));
    return isGone ? undefined : messageOf(error);
  }
}

/** Returns the reason if it fails. */
async function runLogout(
  client: Client,
  registry: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { name, commands } = client.tool;
  if (commands === undefined) return undefined;
  if (client.executable === undefined) {
    const line = [name, ...commands.logout, registry].join(' ');
    return `${name} is no longer on PATH. If a login is left, remove it: ${line}`;
  }
  const options = { signal, deadlineMs: LOGOUT_MS, input: '' };
  const problem = await runClient(client, 'logout', [registry], options);
  // podman and buildah exit with 125 if they are not logged in, and also ask helpers that erase nothing.
  const isDone = /\bnot logged in(?:to)?\b|not implemented/i.test(problem?.reason ?? '');
  return isDone ? undefined : problem?.reason;
}

/** Whether the auth file of the client holds this login. */
function isInFile({ file }: Client, login: RegistryLogin): boolean {
  return auth.hasAuth(contentOf(file), login.registry, authOf(login));
}

const authOf = ({ username, password }: RegistryLogin): string =>
  Buffer.from(`${username}:${password}`).toString('base64');

/** The content of an auth file, empty if there is none; undefined if it cannot be read. */
function readable(file = ''): auth.AuthFile | undefined {
  try {
    return auth.readAuthFile(file);
  } catch (error) {
    log.debug(`${file} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

const contentOf = (file: string | undefined): auth.AuthFile => readable(file) ?? {};

/** What changes with every change of a file; undefined if there is none, or nobody may know. */
function versionOf(file = ''): string | undefined {
  const stat = existsSync(file) ? statSync(file, { throwIfNoEntry: false }) : undefined;
  return stat && [stat.ino, stat.size, stat.mtimeMs].join();
}
