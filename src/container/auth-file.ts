import {
  closeSync,
  fchmodSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isJsonObject } from '../runner/json-object.ts';

// The format that docker's config.json, the auth file of podman and the registry configuration of helm share.

/** An entry of `auths`: a login, or the mark that one is in a credential store. */
export type AuthEntry = { readonly auth?: string; readonly [field: string]: unknown };

/** What this action knows of such a file; everything else in it is kept as it is. */
export type AuthFile = {
  readonly auths?: Readonly<Record<string, AuthEntry>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
  readonly [field: string]: unknown;
};

/**
 * Reads such a file.
 * Gives an empty configuration where there is no file, or an empty one.
 * Throws an Error where the file cannot be read or is no JSON object of this form.
 */
export function readAuthFile(file: string): AuthFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return {};
    throw error;
  }
  if (text.trim() === '') return {};
  // Only the kind of the fault is told: the parser's own message would quote the file, and with it a password.
  const config = parsed(text);
  if (config === undefined) throw new Error('it is not valid JSON');
  if (!isJsonObject(config)) throw new Error(WRONG_FORM);
  // Go's programs write null for a map without entries.
  const filled = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
  if (!isConfig(filled)) throw new Error(WRONG_FORM);
  return filled;
}

const WRONG_FORM = 'it does not have the form of a docker configuration';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isConfig(value: Record<string, unknown>): value is AuthFile {
  const { auths, credHelpers, credsStore } = value;
  return (
    (auths === undefined || (isJsonObject(auths) && Object.values(auths).every(isJsonObject))) &&
    (credHelpers === undefined ||
      (isJsonObject(credHelpers) && Object.values(credHelpers).every((name) => typeof name === 'string'))) &&
    (credsStore === undefined || typeof credsStore === 'string')
  );
}

/** Whether a file operation failed because there is no such file. */
export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

/**
 * Writes such a file: a new one beside it, moved into its place, so that no reader ever sees half of it. Its mode and
 * owner are kept; a new one is for its owner alone. A symbolic link stays one, and what it leads to is replaced, or
 * made where it is not there, as docker does it.
 */
export function writeAuthFile(file: string, config: AuthFile): void {
  const target = targetOf(file);
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const old = statSync(target, { throwIfNoEntry: false });
  replaceAuthFile(target, config, old);
}

/**
 * Where a link leads to, by as many links as it takes, whether anything is there or not; the file itself where it is
 * no link. Throws where links lead in a circle.
 */
function targetOf(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  // Each link leads on from the directory that it really lies in.
  return isLink ? targetOf(resolve(realpathSync(dirname(file)), readlinkSync(file))) : file;
}

/** What is kept of the file that was there. */
type Kept = { readonly mode: number; readonly uid: number; readonly gid: number };

/** Puts a new file in the place of another one, or of a link, which is not followed. */
export function replaceAuthFile(file: string, config: AuthFile, kept?: Kept): void {
  const draft = `${file}.${randomName()}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    try {
      writeFileSync(handle, `${JSON.stringify(config, null, '\t')}\n`);
      if (kept !== undefined) keepOwnership(handle, kept);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function randomName(): string {
  // Loaded when it is needed: it takes longer than all else that post loads, and post mostly writes no such file.
  return process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex');
}

function keepOwnership(handle: number, { mode, uid, gid }: Kept): void {
  fchmodSync(handle, mode & 0o777);
  if (process.getuid?.() === 0) fchownSync(handle, uid, gid);
}

/**
 * The name of the credential helper that a tool asks for a registry's login, and tells a new one; none where the
 * login is kept in the file.
 * podman and its kin know no store for all registries.
 */
export function helperFor(
  config: AuthFile,
  registry: string,
  reads: { readonly storeForAll: boolean; readonly emptyHelper: 'no store' | 'passed over' },
): string | undefined {
  const helpers = config.credHelpers ?? {};
  const own = Object.hasOwn(helpers, registry) ? helpers[registry] : undefined;
  if (own === '' && reads.emptyHelper === 'no store') return undefined;
  return own || (reads.storeForAll ? config.credsStore || undefined : undefined);
}

/** The keys under which docker's and nerdctl's libraries look for a registry's login. */
export function entryKeys(registry: string): readonly string[] {
  return /:\d+$/.test(registry) ? [registry] : [registry, `${registry}:443`];
}

/** Whether the file holds exactly this login. */
export function holdsLogin(
  { auths = {} }: AuthFile,
  registry: string,
  { username, password }: { readonly username: string; readonly password: string },
): boolean {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return entryKeys(registry).some((key) => Object.hasOwn(auths, key) && auths[key]?.auth === auth);
}

/** The configuration with a login in it. */
export function withLogin(config: AuthFile, registry: string, auth: string): AuthFile {
  return { ...config, auths: { ...config.auths, [registry]: { auth } } };
}

/** The configuration without a registry's login; the same one where it has none. */
export function withoutLogin(config: AuthFile, registry: string): AuthFile {
  if (config.auths === undefined || !Object.hasOwn(config.auths, registry)) return config;
  const others = Object.entries(config.auths).filter(([key]) => key !== registry);
  return { ...config, auths: Object.fromEntries(others) };
}
