import { Failure } from '../errors/failure.ts';
import type { TokenCall } from '../registry/calls.ts';
import type { RegistryLogin } from '../registry/login.ts';
import { assignTokens, type PlacedLogin } from './assignment.ts';
import type { EcrClientConfig } from './client.ts';
import { getAuthorizationTokens, nameOfCall } from './token.ts';

/** The result of all calls. */
export type Authorized = {
  /** In the order of the registries in the request, each host once. */
  readonly logins: readonly RegistryLogin[];
  /** One for each call that failed, and for each registry that a response has no token for. */
  readonly failures: readonly unknown[];
};

/** Makes all calls and gives each registry its token. A call that fails does not affect the others. */
export async function authorize(
  calls: readonly TokenCall[],
  settings: EcrClientConfig,
  signal: AbortSignal,
): Promise<Authorized> {
  const results = await Promise.allSettled(
    calls.map((call) => getAuthorizationTokens(call, settings, signal)),
  );
  const placed: PlacedLogin[] = [];
  const failures: unknown[] = [];
  for (const [index, call] of calls.entries()) {
    const result = results[index];
    if (result?.status !== 'fulfilled') {
      failures.push(result?.reason);
      continue;
    }
    const { logins, missing } = assignTokens(call, result.value);
    placed.push(...logins);
    for (const registry of missing) {
      failures.push(
        new Failure({ what: `The response of ${nameOfCall(call)} has no token for ${registry}.` }),
      );
    }
  }
  return { logins: inOrder(placed), failures };
}

/** A registry that is given by its account and by its host is one login. */
function inOrder(placed: readonly PlacedLogin[]): readonly RegistryLogin[] {
  const byHost = new Map<string, RegistryLogin>();
  for (const { login } of placed.toSorted((one, other) => one.position - other.position)) {
    if (!byHost.has(login.registry)) byHost.set(login.registry, login);
  }
  return [...byHost.values()];
}
