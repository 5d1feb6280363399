import type { Target, TokenCall } from '../registry/calls.ts';
import { accountOf } from '../registry/host.ts';
import type { Authorization, RegistryLogin } from '../registry/login.ts';

/** A login, and its place among all that the step makes. */
export type PlacedLogin = { readonly position: number; readonly login: RegistryLogin };

/** Which authorization token is for which registry. */
export type Assignment = {
  readonly logins: readonly PlacedLogin[];
  /** The registries that the response has no token for, by host or account ID. */
  readonly missing: readonly string[];
};

/**
 * Gives each registry of a call its token from the response.
 * The hosts in a response contain the account IDs. Where they do not, as with a stand-in for ECR, the order of the
 * registry IDs in the request counts.
 */
export function assignTokens(call: TokenCall, response: readonly Authorization[]): Assignment {
  const { targets } = call;
  const registryIds = call.service === 'ecr' ? call.registryIds : undefined;
  // Without registry IDs, ECR returns the caller's own registry and no other.
  if (registryIds === undefined) return place(targets, () => response[0]);
  const byAccount = accountsOf(registryIds, response);
  return place(targets, ({ accountId }) => byAccount.get(accountId));
}

function place(targets: readonly Target[], find: (target: Target) => Authorization | undefined): Assignment {
  const logins: PlacedLogin[] = [];
  const missing: string[] = [];
  for (const target of targets) {
    const authorization = find(target);
    const registry = target.host ?? authorization?.registry;
    if (authorization === undefined || registry === undefined) {
      missing.push(target.host ?? target.accountId ?? 'of the caller account');
    } else {
      logins.push({ position: target.position, login: { ...authorization, registry } });
    }
  }
  return { logins, missing };
}

function accountsOf(
  registryIds: readonly string[],
  response: readonly Authorization[],
): ReadonlyMap<string | undefined, Authorization> {
  const found = new Map<string | undefined, Authorization>();
  const unnamed: Authorization[] = [];
  for (const authorization of response) {
    const account = accountOf(authorization.registry);
    if (account === undefined) unnamed.push(authorization);
    else found.set(account, authorization);
  }
  const left = registryIds.filter((id) => !found.has(id));
  // Where there are more or fewer than requested, the order tells nothing.
  if (unnamed.length === left.length) {
    for (const [index, authorization] of unnamed.entries()) found.set(left[index], authorization);
  }
  return found;
}
