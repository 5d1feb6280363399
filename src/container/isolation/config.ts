import { type AuthFile, entryKeys, isStoreMark } from '../auth-file.ts';
import type { Tool } from '../tool.ts';

// What a configuration of the job's own starts from: the one in force, changed so that the logins to come land in the
// file itself and in nothing that other jobs share.

/**
 * docker's and helm's files. For the hosts that are about to be logged in to, no credential helper is left:
 *
 * - Entries of `credHelpers` for them are taken out.
 * - `credsStore`, the store for all registries, is set aside by an empty entry for each host, where every tool named
 *   reads it so. oras and helm pass over an empty entry, and podman and its kin fail at it. Where one of them is
 *   named, the store is left in force for just the registries that the file says it holds logins of.
 * - Each host gets an entry in `auths`: docker looks for a store of the operating system's where a file has none at
 *   all, and would keep the login there.
 */
export function configForJob(config: AuthFile, hosts: readonly string[], tools: readonly Tool[]): AuthFile {
  const keys = new Set(hosts.flatMap(entryKeys));
  const helpers = Object.entries(config.credHelpers ?? {}).filter(([key]) => !keys.has(key));
  const auths = { ...Object.fromEntries(hosts.map((host) => [host, {}])), ...config.auths };
  const { credsStore, credHelpers: _, ...others } = config;
  if (credsStore && tools.every((tool) => tool.emptyHelper === 'no store')) {
    const aside = [...keys].map((key) => [key, ''] as const);
    return { ...config, auths, credHelpers: Object.fromEntries([...helpers, ...aside]) };
  }
  const inStore = Object.entries(auths).filter(([key, entry]) => !keys.has(key) && isStoreMark(entry));
  const left = [
    ...(credsStore ? inStore.map(([key]) => [key, credsStore] as const) : []),
    ...helpers.filter(([, name]) => name !== ''),
  ];
  return { ...others, auths, ...(left.length > 0 ? { credHelpers: Object.fromEntries(left) } : {}) };
}

/**
 * The auth file of podman and its kin: the logins and helpers of all the files in which they would look for one, the
 * later file before the earlier, without helpers for the hosts that are about to be logged in to. An empty entry of
 * `credHelpers` is one that they fail at.
 */
export function authFileForJob(configs: readonly AuthFile[], hosts: readonly string[]): AuthFile {
  const keys = new Set(hosts.flatMap(entryKeys));
  const helpers = configs
    .flatMap(({ credHelpers = {} }) => Object.entries(credHelpers))
    .filter(([key, name]) => !keys.has(key) && name !== '');
  const logins = configs
    .flatMap(({ auths = {} }) => Object.entries(auths))
    .filter(([, entry]) => !isStoreMark(entry));
  return {
    auths: Object.fromEntries(logins),
    ...(helpers.length > 0 ? { credHelpers: Object.fromEntries(helpers) } : {}),
  };
}
