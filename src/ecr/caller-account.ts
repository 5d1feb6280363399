import type { Diagnosis } from '../errors/diagnosis.ts';
import { Failure } from '../errors/failure.ts';
import type { TokenCall } from '../registry/calls.ts';
import { accountOf } from '../registry/host.ts';
import type { RegistryLogin } from '../registry/login.ts';
import * as log from '../runner/log.ts';
import type { EcrClientConfig } from './client.ts';
import { getAuthorizationTokens } from './token.ts';

/** The region of the call where no other call of the step is to Amazon ECR and the step has no region. */
const FALLBACK_REGION = 'us-east-1';

/**
 * The call whose response names the registry of the caller account, which is any call without registry IDs: one that
 * the step makes anyway, else an additional one. That goes to the region of the first of the others, since all are of
 * one partition; for ECR Public alone, to the region of the step.
 */
export function accountCall(calls: readonly TokenCall[], region: string = FALLBACK_REGION): TokenCall {
  const first = calls.find((call) => call.service === 'ecr');
  if (first === undefined) return { service: 'ecr', region, fips: false, dualStack: false, targets: [] };
  const { registryIds, ...call } = first;
  return registryIds === undefined ? first : { ...call, targets: [] };
}

/** The calls of the step, and the logins that they gave. */
export type CompletedCalls = {
  readonly calls: readonly TokenCall[];
  readonly logins: readonly RegistryLogin[];
};

/** What an additional call depends on. */
export type AccountRequest = {
  readonly region: string | undefined;
  readonly settings: EcrClientConfig;
  readonly signal: AbortSignal;
  readonly diagnosis: Diagnosis;
};

/**
 * Logs the caller account where a response shows it, and checks it against the allowed accounts. Where all accounts
 * are allowed, no call is made for it; where there is no registry to log in to, there is nothing to protect.
 * Throws a Failure where the account is not allowed, or is unknown.
 */
export async function checkCallerAccount(
  allowed: readonly string[],
  { calls, logins }: CompletedCalls,
  { region, settings, signal, diagnosis }: AccountRequest,
): Promise<void> {
  const call = accountCall(calls, region);
  const isMade = calls.includes(call);
  if (logins.length === 0 || (!isMade && allowed.length === 0)) return;
  const find = async () =>
    isMade ? accountOf(logins[0]?.registry) : findCallerAccount(call, settings, signal);
  const found = (account: string | undefined): string => account ?? 'not in the response';
  const account = await diagnosis.part('Caller account', find, found);
  if (account !== undefined) log.info(`Caller account: ${account}`);
  if (allowed.length === 0) return;
  const check = () => checkAccount(account, allowed);
  await diagnosis.part('Allowed accounts', check, () => allowed.join(', '));
}

/**
 * Finds the caller account by asking ECR for the default registry. That needs no other permission than the login does,
 * and no other client. The password in the response is not used.
 * Throws a Failure where ECR refuses the call.
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
 * Checks the caller account against the allowed ones.
 * Throws a Failure that names both where it is not among them, and one where it is unknown.
 */
export function checkAccount(account: string | undefined, allowed: readonly string[]): void {
  if (account !== undefined && allowed.includes(account)) return;
  if (account === undefined) {
    const what = 'The caller account is unknown, so it cannot be allowed.';
    throw new Failure({ what, knownError: 'account-unknown' });
  }
  const what = `The caller account is ${account}; allowed-account-ids allows ${allowed.join(', ')}.`;
  throw new Failure({ what, knownError: 'account-not-allowed', facts: { accountId: account } });
}
