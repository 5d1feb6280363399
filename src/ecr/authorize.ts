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
  const results = await Promise.all(calls.map((call) => resultOf(call, settings, signal)));
  return {
    logins: inOrder(results.flatMap(({ logins }) => logins)),
    failures: results.flatMap(({ failures }) => failures),
  };
}

/** What a call gave, and what it did not. */
type CallResult = { readonly logins: readonly PlacedLogin[]; readonly failures: readonly unknown[] };

async function resultOf(
  call: TokenCall,
  settings: EcrClientConfig,
  signal: AbortSignal,
): Promise<CallResult> {
  try {
    const { logins, missing } = assignTokens(call, await getAuthorizationTokens(call, settings, signal));
    const response = `The response of ${nameOfCall(call)}`;
    const failures = missing.map((one) => new Failure({ what: `${response} has no token for ${one}.` }));
    return { logins, failures };
  } catch (error) {
    return { logins: [], failures: [error] };
  }
}

/** A registry that is given by its account and by its host is one login. */
function inOrder(placed: readonly PlacedLogin[]): readonly RegistryLogin[] {
  const sorted = placed.toSorted((one, other) => one.position - other.position);
  return [...new Map(sorted.map(({ login }) => [login.registry, login])).values()];
}
