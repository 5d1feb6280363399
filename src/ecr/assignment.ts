import type { Target, TokenCall } from '../registry/calls.ts';
import { accountOf } from '../registry/host.ts';
import type { Authorization, RegistryLogin } from '../registry/login.ts';

/** A login, and its place among all that the step makes. */
export type PlacedLogin = { readonly position: number; readonly login: RegistryLogin };

/** Which token is for which registry. */
export type Assignment = {
  readonly logins: readonly PlacedLogin[];
  /** The registries that the answer has no token for, by host or account ID. */
  readonly missing: readonly string[];
};

/**
 * Gives each registry of a call the token that came with it.
 * An answer names accounts in its hosts; one that names other hosts, as stand-ins on loopback do, is read in the order
 * of the IDs that were asked for.
 */
export function assignTokens(call: TokenCall, answer: readonly Authorization[]): Assignment {
  const { targets } = call;
  const registryIds = call.service === 'ecr' ? call.registryIds : undefined;
  // One registry of its own is all that a call without IDs is answered for.
  if (registryIds === undefined) return place(targets, () => answer[0]);
  const byAccount = accountsOf(registryIds, answer);
  return place(targets, ({ accountId }) => byAccount.get(accountId));
}

function place(targets: readonly Target[], find: (target: Target) => Authorization | undefined): Assignment {
  const logins: PlacedLogin[] = [];
  const missing: string[] = [];
  for (const target of targets) {
    const authorization = find(target);
    const registry = target.host ?? authorization?.registry;
    if (authorization === undefined || registry === undefined) {
      missing.push(target.host ?? target.accountId ?? 'of the account that signs');
    } else {
      logins.push({ position: target.position, login: { ...authorization, registry } });
    }
  }
  return { logins, missing };
}

function accountsOf(
  registryIds: readonly string[],
  answer: readonly Authorization[],
): ReadonlyMap<string | undefined, Authorization> {
  const found = new Map<string | undefined, Authorization>();
  const unnamed: Authorization[] = [];
  for (const authorization of answer) {
    const account = accountOf(authorization.registry);
    if (account === undefined) unnamed.push(authorization);
    else found.set(account, authorization);
  }
  const left = registryIds.filter((id) => !found.has(id));
  // Where there are more or fewer than were asked for, the order says nothing.
  if (unnamed.length === left.length) {
    for (const [index, authorization] of unnamed.entries()) found.set(left[index], authorization);
  }
  return found;
}
