import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Failure, messageOf } from '../errors/failure.ts';
import * as log from '../runner/log.ts';
import { type Clock, SYSTEM_CLOCK } from '../time/retry.ts';
import type { FileKind, Tool } from './tools.ts';

// The files that clients keep their logins in: which ones, what is in them, and how they are changed.

/** The variables that decide which file it is. */
export const LOCATION_VARIABLES: readonly string[] = [
  ...['DOCKER_CONFIG', 'REGISTRY_AUTH_FILE', 'HELM_REGISTRY_CONFIG', 'HELM_CONFIG_HOME'],
  ...['XDG_CONFIG_HOME', 'XDG_RUNTIME_DIR', 'HOME', 'USERPROFILE'],
];

/** Those variables that are set, with absolute paths: post can run in another directory than main. */
export function locationVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const dockerConfig = env['DOCKER_CONFIG'];
  if (dockerConfig?.match(/^~(?:[\\/]|$)/)) {
    const path = log.singleLine(resolve(dockerConfig));
    log.warning(
      `DOCKER_CONFIG: '~' is not expanded in a workflow, so this is ${path}. Use the full path.`,
    );
  }
  const variables: Record<string, string> = {};
  for (const name of LOCATION_VARIABLES) {
    const path = env[name];
    if (path) variables[name] = isAbsolute(path) ? path : resolve(path);
  }
  return variables;
}

/** The file in which the tools of a kind keep their logins; undefined if only the tool knows. */
export function authFile(kind: FileKind, env: NodeJS.ProcessEnv): string | undefined {
  if (kind === 'docker') return join(dockerDirectory(env), 'config.json');
  return kind === 'helm' ? helmFile(env) : containersFile(env);
}

export const dockerDirectory = (env: NodeJS.ProcessEnv): string =>
  resolve(env['DOCKER_CONFIG'] ?? join(home(env), '.docker'));

const home = (env: NodeJS.ProcessEnv): string =>
  env[process.platform === 'win32' ? 'USERPROFILE' : 'HOME'] ?? homedir();

function containersFile(env: NodeJS.ProcessEnv): string | undefined {
  const named = env['REGISTRY_AUTH_FILE'];
  if (named !== undefined) return resolve(named);
  // Seen with podman 5.4.
  if (env['DOCKER_CONFIG'] !== undefined) return authFile('docker', env);
  if (process.platform !== 'linux') return join(home(env), '.config', 'containers', 'auth.json');
  const runtime = env['XDG_RUNTIME_DIR'];
  if (runtime !== undefined) return resolve(runtime, 'containers', 'auth.json');
  // podman and buildah choose different ones for users other than root.
  return process.getuid?.() === 0 ? '/run/containers/0/auth.json' : undefined;
}

function helmFile(env: NodeJS.ProcessEnv): string | undefined {
  const named = env['HELM_REGISTRY_CONFIG'];
  if (named !== undefined) return resolve(named);
  const directory = env['HELM_CONFIG_HOME'];
  if (directory !== undefined) return resolve(directory, 'registry', 'config.json');
  if (process.platform !== 'linux') return undefined;
  return resolve(
    env['XDG_CONFIG_HOME'] ?? join(home(env), '.config'),
    'helm',
    'registry',
    'config.json',
  );
}

/** A login, or the mark that a credential store has one. */
type AuthEntry = { readonly auth?: string; readonly [field: string]: unknown };

/** The format that docker, podman and helm share. What the action does not know in it is kept. */
export type AuthFile = {
  readonly auths?: Readonly<Record<string, AuthEntry>> | null;
  readonly credHelpers?: Readonly<Record<string, string>> | null;
  readonly credsStore?: string | null;
  readonly [field: string]: unknown;
};

/** Reads an auth file; one that is missing or empty has no logins. Throws an Error if it cannot be read. */
export function readAuthFile(file: string): AuthFile {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '') : '';
  if (text.trim() === '') return {};
  const config = parse(text);
  const isConfig =
    isObject(config) && isObject(config['auths'] ?? {}) && isObject(config['credHelpers'] ?? {});
  if (!isConfig) throw new Failure('it does not have the form of a docker configuration');
  return config;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the file, and with it a password.
    throw new Failure('it is not valid JSON');
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether an entry holds no login, but marks one that a credential store has. */
export function isStored(entry: AuthEntry | null): boolean {
  return !['auth', 'identitytoken', 'registrytoken', 'password'].some((field) => entry?.[field]);
}

/** The keys under which the clients' libraries look for a registry's login. */
export function entryKeys(registry: string): readonly string[] {
  return /:\d+$/.test(registry) ? [registry] : [registry, `${registry}:443`];
}

const entriesOf = (config: AuthFile, registry: string): readonly (AuthEntry | null)[] =>
  entryKeys(registry).map((key) => config.auths?.[key] ?? {});

/** Whether the file holds a login for a registry. */
export function hasLogin(config: AuthFile, registry: string): boolean {
  return entriesOf(config, registry).some((entry) => !isStored(entry));
}

/** Whether the file holds this login, in base64, for a registry. */
export function hasAuth(config: AuthFile, registry: string, auth: string): boolean {
  return entriesOf(config, registry).some((entry) => entry?.auth === auth);
}

/** The credential helper that a tool hands the login of a registry to; undefined if it is kept in the file. */
export function helperFor(config: AuthFile, registry: string, tool: Tool): string | undefined {
  const own = config.credHelpers?.[registry];
  const isSetAside = own === '' && tool.readsEmptyHelper;
  // podman, buildah and skopeo have no store for all registries.
  const store = tool.keepsIn === 'containers' || isSetAside ? undefined : config.credsStore;
  return own || store || undefined;
}

const DRAFT = '.ecr-pod-identity-login-draft-';

/**
 * Writes an auth file: a draft beside it, renamed to it, so that nobody ever reads half of it. Mode and owner are kept; a
 * new file is for its owner alone. If the file is a link, the file that it leads to is written.
 */
export async function writeAuthFile(
  file: string,
  config: AuthFile,
  clock = SYSTEM_CLOCK,
): Promise<void> {
  const target = followLink(file);
  fs.mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  removeDrafts(file);
  const draft = `${target}${DRAFT}${Math.random().toString(36).slice(2)}`;
  // 'wx' fails if something is there, a link included.
  const handle = fs.openSync(draft, 'wx', 0o600);
  try {
    try {
      fs.writeFileSync(handle, `${JSON.stringify(config, null, '\t')}\n`);
      keepModeAndOwner(target, handle);
    } finally {
      fs.closeSync(handle);
    }
    await untilFree(() => fs.renameSync(draft, target), clock);
  } catch (error) {
    fs.rmSync(draft, { force: true });
    throw error;
  }
}

/** Repeats a change for at most 3 s: on Windows, a program such as a virus scanner can have the file open for a moment. */
export async function untilFree(change: () => void, clock: Clock): Promise<void> {
  for (const end = clock.now() + 3_000; ; ) {
    try {
      return change();
    } catch (error) {
      const isOpen =
        /^(?:EPERM|EACCES|EBUSY):/.test(messageOf(error)) && process.platform === 'win32';
      if (!isOpen || clock.now() >= end) throw error;
      await clock.sleep(100, new AbortController().signal);
    }
  }
}

/** The file that a link leads to, also if it is not there: docker creates it, too. */
function followLink(file: string, most = 40): string {
  if (fs.existsSync(file)) return fs.realpathSync(file);
  const isLink =
    fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true && most > 0;
  return isLink
    ? followLink(resolve(fs.realpathSync(dirname(file)), fs.readlinkSync(file)), most - 1)
    : file;
}

function keepModeAndOwner(target: string, handle: number): void {
  const old = fs.statSync(target, { throwIfNoEntry: false });
  if (old === undefined) return;
  fs.fchmodSync(handle, old.mode & 0o777);
  if (process.getuid?.() === 0) fs.fchownSync(handle, old.uid, old.gid);
}

/** Removes the login of a registry from a file, and keeps everything else in it. Returns whether there was one. */
export async function removeLogin(file: string, registry: string): Promise<boolean> {
  const config = readAuthFile(file);
  const keys = entryKeys(registry);
  const entries = Object.entries(config.auths ?? {});
  const others = entries.filter(([key]) => !keys.includes(key));
  if (others.length === entries.length) return false;
  await writeAuthFile(file, { ...config, auths: Object.fromEntries(others) });
  return true;
}

/** Removes what killed processes have left of their drafts of a file, which hold passwords. Who calls it has the lock. */
export function removeDrafts(file: string): void {
  // Nobody has left a draft in a directory that is missing, or that this user may not enter.
  if (!fs.existsSync(`${dirname(file)}/.`)) return;
  const target = followLink(file);
  const directory = dirname(target);
  for (const name of fs.existsSync(directory) ? fs.readdirSync(directory) : []) {
    const path = join(directory, name);
    if (path.startsWith(target + DRAFT)) fs.rmSync(path, { force: true });
  }
}
