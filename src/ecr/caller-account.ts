import type { Diagnosis } from '../errors/diagnosis.ts';
import { Failure } from '../errors/failure.ts';
import type { TokenCall } from '../registry/calls.ts';
import { accountOf } from '../registry/host.ts';
import type { RegistryLogin } from '../registry/login.ts';
import * as log from '../runner/log.ts';
import type { EcrClientConfig } from './client.ts';
import { getAuthorizationTokens } from './token.ts';

/** Where the account that signs is asked for if no call of the step is to ECR itself. */
const FALLBACK_REGION = 'us-east-1';

/**
 * The call whose answer names the registry of the account that signs, which is any without registry IDs: one that the
 * step makes anyway, or else one more. That goes where the first of the others goes, since all are of one partition;
 * for ECR Public alone, to the region of the step.
 */
export function accountCall(calls: readonly TokenCall[], region: string = FALLBACK_REGION): TokenCall {
  const first = calls.find((call) => call.service === 'ecr');
  if (first === undefined) return { service: 'ecr', region, fips: false, dualStack: false, targets: [] };
  const { registryIds, ...call } = first;
  return registryIds === undefined ? first : { ...call, targets: [] };
}

/** What the step has asked for, and what came of it. */
export type Answered = { readonly calls: readonly TokenCall[]; readonly logins: readonly RegistryLogin[] };

/** What is needed for one more call. */
export type AccountRequest = {
  readonly region: string | undefined;
  readonly settings: EcrClientConfig;
  readonly signal: AbortSignal;
  readonly diagnosis: Diagnosis;
};

/**
 * Names the account that signs in the log where an answer shows it, and holds it against those that may sign. Where
 * all may, no call is made for it; where there is nothing to log in to, there is nothing to keep from anybody.
 * Throws a Failure where the account is not allowed, or cannot be known.
 */
export async function checkCallerAccount(
  allowed: readonly string[],
  { calls, logins }: Answered,
  { region, settings, signal, diagnosis }: AccountRequest,
): Promise<void> {
  const call = accountCall(calls, region);
  const isMade = calls.includes(call);
  if (logins.length === 0 || (!isMade && allowed.length === 0)) return;
  const find = async () =>
    isMade ? accountOf(logins[0]?.registry) : findCallerAccount(call, settings, signal);
  const found = (account: string | undefined): string => account ?? 'not shown by the answer';
  const account = await diagnosis.part('Account that signs', find, found);
  if (account !== undefined) log.info(`The account that signs is ${account}`);
  if (allowed.length === 0) return;
  const check = () => checkAccount(account, allowed);
  await diagnosis.part('Allowed accounts', check, () => allowed.join(', '));
}

/**
 * Finds the account that signs by asking ECR for the default registry. No identity needs more rights for it than for
 * the login itself, and no other client is loaded. The password that comes with the answer is not used.
 * Throws a Failure where ECR refuses.
 */
async function findCallerAccount(
  call: TokenCall,
  settings: EcrClientConfig,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [own] = await getAuthorizationTokens(call, settings, signal);
  log.keepOut(own?.password, own?.token);
  return accountOf(own?.registry);
}

/**
 * Holds the account that signs against those that may.
 * Throws a Failure that names both where it is not among them, or cannot be known.
 */
export function checkAccount(account: string | undefined, allowed: readonly string[]): void {
  if (account !== undefined && allowed.includes(account)) return;
  if (account === undefined) {
    const what = 'The account that signs is not known, so it cannot be allowed.';
    throw new Failure({ what, knownError: 'account-unknown' });
  }
  const what = `The account that signs is ${account}; allowed-account-ids allows ${allowed.join(', ')}.`;
  throw new Failure({ what, knownError: 'account-not-allowed', facts: { accountId: account } });
}
