import { type AuthFile, entryKeys, isStored } from './auth-file.ts';
import type { KnownClient } from './known-clients.ts';

/**
 * Returns a configuration in which the clients use no credential helper for the registries that are
 * about to be logged in to. For other registries, helpers and store stay in force.
 */
export function withoutHelpers(config: AuthFile, hosts: string[], clients: KnownClient[]) {
  // If `auths` is empty, docker looks for a credential store of the operating system.
  const auths = { ...Object.fromEntries(hosts.map((host) => [host, {}])), ...config.auths };
  const keys = hosts.flatMap(entryKeys);

  const canSetAside = clients.every(({ readsEmptyHelper }) => readsEmptyHelper);
  const change = config.credsStore && canSetAside ? setStoreAside : keepStoreForKnownLogins;
  return change({ ...config, auths }, keys);
}

/**
 * Sets the store aside by an empty helper for each key. An empty helper that the file has for
 * another host stays: without it, docker would ask the store for that host. With the key `ecr`:
 *
 *     before: { "credsStore": "desktop", "credHelpers": { "ghcr.io": "" } }
 *     after:  { "credsStore": "desktop", "credHelpers": { "ghcr.io": "", "ecr": "" } }
 */
function setStoreAside(config: AuthFile, keys: string[]) {
  const setAside = Object.fromEntries(keys.map((key) => [key, '']));

  return { ...config, credHelpers: { ...config.credHelpers, ...setAside } };
}

/**
 * Removes the store, and names it as the helper of each registry that the file says it has a login
 * of. Empty helpers go: podman fails at one. With the key `ecr`:
 *
 *     before: { "credsStore": "desktop", "credHelpers": { "ghcr.io": "" },
 *               "auths": { "ecr": {}, "quay.io": {}, "ghcr.io": { "auth": "eDp5" } } }
 *     after:  { "credHelpers": { "quay.io": "desktop" },
 *               "auths": { "ecr": {}, "quay.io": {}, "ghcr.io": { "auth": "eDp5" } } }
 */
function keepStoreForKnownLogins(config: AuthFile, keys: string[]) {
  const { credsStore, ...others } = config;

  const stored = Object.entries(config.auths ?? {}).filter(([, entry]) => isStored(entry));
  const helpers = [
    ...stored.map(([key]) => [key, credsStore ?? ''] as const),
    ...Object.entries(config.credHelpers ?? {}),
  ];
  const kept = helpers.filter(([key, helper]) => helper && !keys.includes(key));

  return { ...others, credHelpers: Object.fromEntries(kept) };
}
