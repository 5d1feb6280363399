import * as fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Failure, messageOf } from '../errors/failure.ts';
import { makeDirectory, readTextSync } from '../files/file-system.ts';
import * as log from '../runner/log.ts';
import type { KnownClient } from './known-clients.ts';

// What is in the files that clients keep their logins in, and how they are changed.

/** The format that docker, podman and helm share. What the action does not know in it is kept. */
export type AuthFile = {
  /** Logins, and entries that mark those that a credential store has. */
  auths?: Record<string, Record<string, unknown>> | null;
  credHelpers?: Record<string, string> | null;
  credsStore?: string | null;
  [field: string]: unknown;
};

/**
 * Reads an auth file. A file that is missing or empty has no logins. Throws an Error if the file
 * cannot be read.
 */
export function readAuthFile(file: string): AuthFile {
  const text = readTextSync(file).replace(/^\uFEFF/, '');
  hideLogins(text);
  if (text.trim() === '') return {};

  const config = parse(text);
  const isConfig =
    isObject(config) && isObject(config['auths'] ?? {}) && isObject(config['credHelpers'] ?? {});
  if (!isConfig) throw new Failure('it does not have the form of a docker configuration');

  return config;
}

/**
 * Keeps the logins in the text of an auth file, whole or not, out of the log: clients can show them,
 * also decoded.
 */
export function hideLogins(text: string) {
  const logins = new Set(
    text.match(/(?<="(?:auth|identitytoken|registrytoken|password)"\s*:\s*")[^"]+/gi),
  );
  const decoded = [...logins].map((login) => Buffer.from(login, 'base64').toString());

  log.hide(...logins, ...decoded.map((login) => login.replace(/^[^:]*:/, '')));
}

function parse(text: string): unknown {
  try {
    return isObject(JSON.parse(text)) ? mergeKeys(text) : undefined;
  } catch {
    // The parser's message would quote the file, and with it a password.
    throw new Failure('it is not valid JSON');
  }
}

/** The keys that the action looks at. */
const KEYS = ['auths', 'credHelpers', 'credsStore'];

/**
 * Reads an object as docker does: its keys in any case, and of objects that have the same key, the
 * parts of all. JSON.parse keeps the last of them alone. So the text is divided at its outer commas
 * into objects of one key each: `{"a":1,"a":2}` is read as `[{"a":1},{"a":2}]`.
 */
function mergeKeys(text: string) {
  let depth = 0;
  const divided = text.replace(/"(?:[^"\\]+|\\.)*"|[{}[\],]/g, (token) => {
    if ('{['.includes(token)) depth += 1;
    if ('}]'.includes(token)) depth -= 1;

    return token === ',' && depth === 1 ? '},{' : token;
  });

  const config = Object.create(null);
  for (const [key, value] of JSON.parse(`[${divided}]`).flatMap(Object.entries)) {
    const name = KEYS.find((known) => known.toLowerCase() === key.toLowerCase()) ?? key;
    config[name] = isObject(value) ? { ...config[name], ...value } : value;
  }
  return config;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads an auth file. Returns undefined if it cannot be read, and says so in the debug log. */
export function tryRead(file = ''): AuthFile | undefined {
  try {
    return readAuthFile(file);
  } catch (error) {
    log.debug(`${file} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

/** What changes with every change of a file; undefined if there is none, or nobody may know. */
export function versionOf(file = '') {
  if (!fs.existsSync(file)) return undefined;

  const { ino, size, mtimeMs } = fs.statSync(file);
  return [ino, size, mtimeMs].join();
}

/** The keys under which the clients' libraries look for a registry's login. */
export function entryKeys(registry: string) {
  return /:\d+$/.test(registry) ? [registry] : [registry, `${registry}:443`];
}

const entriesOf = (config: AuthFile, registry: string) =>
  entryKeys(registry).map((key) => config.auths?.[key] ?? {});

/** Whether an entry holds no login, but marks one that a credential store has. */
export function isStored(entry: object | null) {
  const login = entry as Record<string, unknown> | null;

  return !['auth', 'identitytoken', 'registrytoken', 'password'].some((field) => login?.[field]);
}

/** Whether the file holds a login for a registry. */
export function hasLogin(config: AuthFile, registry: string) {
  return entriesOf(config, registry).some((entry) => !isStored(entry));
}

/** Whether the file holds this login, in base64, for a registry. */
export function hasAuth(config: AuthFile, registry: string, auth: string) {
  return entriesOf(config, registry).some((entry) => entry['auth'] === auth);
}

/**
 * The credential helper that a client hands the login of a registry to; undefined if it is kept in
 * the file.
 */
export function helperFor(
  config: AuthFile,
  registry: string,
  { fileKind, readsEmptyHelper }: KnownClient,
) {
  const own = config.credHelpers?.[registry];
  const isSetAside = own === '' && readsEmptyHelper;

  // podman, buildah and skopeo have no store for all registries.
  const hasStore = fileKind !== 'containers' && !isSetAside;
  return own || (hasStore && config.credsStore) || undefined;
}

const DRAFT = '.ecr-pod-identity-login-draft-';

/**
 * Writes an auth file: a draft beside it, renamed to it, so that nobody ever reads half of it. Mode
 * and owner are kept; a new file is for its owner alone. If the file is a link, the file that it
 * leads to is written.
 */
export function writeAuthFile(file: string, config: AuthFile) {
  const target = followLink(file);
  makeDirectory(dirname(target));
  removeDrafts(file);

  const draft = `${target}${DRAFT}${Math.random().toString(36).slice(2)}`;
  // 'wx' fails if something is there, a link included.
  const handle = fs.openSync(draft, 'wx', 0o600);

  try {
    fs.writeFileSync(handle, `${JSON.stringify(config, null, '\t')}\n`);
    keepModeAndOwner(target, handle);
    fs.closeSync(handle);

    fs.renameSync(draft, target);
  } catch (error) {
    fs.rmSync(draft, { force: true });
    throw error;
  }
}

/** The file that a link leads to, also if it is not there: docker creates it, too. */
export function followLink(file: string) {
  if (fs.existsSync(file)) return fs.realpathSync(file);

  try {
    return resolve(fs.realpathSync(dirname(file)), fs.readlinkSync(file));
  } catch {
    // It is not a link.
    return file;
  }
}

function keepModeAndOwner(target: string, handle: number) {
  const old = fs.statSync(target, { throwIfNoEntry: false });
  if (old === undefined) return;

  // As root, even /dev/null could be replaced.
  if (!old.isFile()) throw new Error(`${target} is not a regular file`);

  const isRoot = process.getuid?.() === 0;
  try {
    fs.fchownSync(handle, isRoot ? old.uid : -1, old.gid);
  } catch (error) {
    // Another user can give it only to a group of their own.
    if (isRoot) throw error;
  }

  fs.fchmodSync(handle, old.mode & 0o777);
}

/**
 * Removes the login of a registry from a file, and keeps everything else in it. Returns whether
 * there was one.
 */
export function removeLogin(file: string, registry: string) {
  const config = readAuthFile(file);
  const entries = Object.entries(config.auths ?? {});

  const keys = entryKeys(registry);
  const others = entries.filter(([key]) => !keys.includes(key));
  if (others.length === entries.length) return false;

  writeAuthFile(file, { ...config, auths: Object.fromEntries(others) });
  return true;
}

/**
 * Removes what killed processes have left of their drafts of a file, which hold passwords. Who
 * calls it has the lock.
 */
export function removeDrafts(file: string) {
  const target = followLink(file);
  const directory = dirname(target);

  // Nobody has left a draft in a directory that is missing, or that this user may not enter.
  if (!fs.existsSync(`${directory}/.`)) return;

  for (const name of fs.readdirSync(directory)) {
    const path = join(directory, name);
    if (path.startsWith(target + DRAFT)) fs.rmSync(path, { force: true });
  }
}
