import { readFileSync } from 'node:fs';
import { hasCode } from '../errors/failure.ts';
import { isJsonObject } from '../runner/json-object.ts';

// The format that docker's config.json, the auth file of podman and the registry configuration of helm share.

/** An entry of `auths`: a login, or the mark that a credential store has one. */
export type AuthEntry = { readonly auth?: string; readonly [field: string]: unknown };

/** What this action knows of such a file; everything else in it is kept as it is. */
export type AuthFile = {
  readonly auths?: Readonly<Record<string, AuthEntry>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
  readonly [field: string]: unknown;
};

/**
 * Reads such a file as docker does: keys in any case, and null for what is empty. Known keys are given in docker's own
 * spelling, as docker writes them back. A byte order mark, which editors on Windows write, is left out.
 * Returns an empty configuration if there is no file, or an empty one.
 * Throws an Error if the file cannot be read or does not have this form.
 */
export function readAuthFile(file: string): AuthFile {
  let content: string;
  try {
    content = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return {};
    throw error;
  }
  if (content.trim() === '') return {};
  // The parser's own message would quote the file, and with it a password.
  const config = parsed(content);
  if (config === undefined) throw new Error('it is not valid JSON');
  return fieldsOf(config, CONFIG_FIELDS);
}

const WRONG_FORM = 'it does not have the form of a docker configuration';

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** Reads the value of a field, and what an earlier spelling of the same field gave; throws if it has another form. */
type ReadField = (value: unknown, earlier: unknown) => unknown;

/** Reads a string; null says nothing. */
const text: ReadField = (value, earlier) => {
  if (value === null) return earlier;
  if (typeof value !== 'string') throw new Error(WRONG_FORM);
  return value;
};

/** Reads a map. Maps under several spellings of one key are merged, and null takes away what was there before. */
function mapOf(read: (value: unknown) => unknown): ReadField {
  return (value, earlier) => {
    if (value === null) return undefined;
    if (!isJsonObject(value)) throw new Error(WRONG_FORM);
    const entries = Object.entries(value).map(([key, one]) => [key, read(one)] as const);
    return { ...(earlier as object | undefined), ...Object.fromEntries(entries) };
  };
}

const SECRET_FIELDS = { auth: text, identitytoken: text, registrytoken: text, password: text };
const CONFIG_FIELDS = {
  auths: mapOf((entry) => fieldsOf(entry ?? {}, SECRET_FIELDS)),
  credHelpers: mapOf((helper) => text(helper, '')),
  credsStore: text,
};

/**
 * An object with its known fields read, under the names that docker gives them.
 * Go takes a key in any case for a field, and of several the last. It folds letters as the flags `i` and `u` do:
 * `cred\u017fStore` is a `credsStore` (seen with docker 28).
 */
function fieldsOf(object: unknown, fields: Readonly<Record<string, ReadField>>): Record<string, unknown> {
  if (!isJsonObject(object)) throw new Error(WRONG_FORM);
  const result = new Map<string, unknown>();
  for (const [key, value] of Object.entries(object)) {
    const field = Object.entries(fields).find(([name]) => new RegExp(`^${name}$`, 'iu').test(key));
    if (field === undefined) result.set(key, value);
    else result.set(field[0], field[1](value, result.get(field[0])));
  }
  return Object.fromEntries([...result].filter(([, value]) => value !== undefined));
}

/** Whether an entry holds no login itself: it marks one that a credential store has. */
export function isStoreMark(entry: AuthEntry): boolean {
  return !Object.keys(SECRET_FIELDS).some((name) => entry[name]);
}

/**
 * The name of the credential helper that a tool asks for a registry's login, and hands a new one to; undefined if the
 * login is kept in the file.
 * podman, buildah and skopeo have no store for all registries.
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

/** Whether the file itself holds a login for a registry, whatever its password. */
export function hasLogin({ auths = {} }: AuthFile, registry: string): boolean {
  return entryKeys(registry).some((key) => {
    const entry = Object.hasOwn(auths, key) ? auths[key] : undefined;
    return entry !== undefined && !isStoreMark(entry);
  });
}

/** The configuration with a login in it. */
export function withLogin(config: AuthFile, registry: string, auth: string): AuthFile {
  return { ...config, auths: { ...config.auths, [registry]: { auth } } };
}

/** The configuration without a registry's login; the same object if it has none. */
export function withoutLogin(config: AuthFile, registry: string): AuthFile {
  const keys = entryKeys(registry);
  const entries = Object.entries(config.auths ?? {});
  const others = entries.filter(([key]) => !keys.includes(key));
  return others.length === entries.length ? config : { ...config, auths: Object.fromEntries(others) };
}
