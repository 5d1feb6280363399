import type { Diagnosis } from '../errors/diagnosis.ts';
import { Failure } from '../errors/failure.ts';
import type { Credentials } from '../pod-identity/agent.ts';
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
 * Logs the caller account where it is known without a further call, and checks it against the allowed accounts, with a
 * further call where it is not known. No call is made where all accounts are allowed, nor where there is no registry to
 * log in to and therefore nothing to protect.
 * Throws a Failure where the account is not allowed, or is unknown.
 */
export async function checkCallerAccount(
  allowed: readonly string[],
  completed: CompletedCalls,
  request: AccountRequest,
): Promise<void> {
  const known = knownAccount(completed, request.settings.credentials);
  const isChecked = allowed.length > 0 && completed.logins.length > 0;
  if (known === undefined && !isChecked) return;
  const { diagnosis } = request;
  const account = await diagnosis.part(
    'Caller account',
    () => known ?? requestAccount(completed.calls, request),
    (found) => found ?? 'not in the response',
  );
  if (account !== undefined) log.info(`Caller account: ${account}`);
  if (!isChecked) return;
  const check = () => checkAccount(account, allowed);
  await diagnosis.part('Allowed accounts', check, () => allowed.join(', '));
}

/**
 * The caller account as a response shows it that the step has anyway: that of ECR for the default registry, or that of
 * STS to a role. What a variable, a profile or a process says of the account proves nothing.
 */
function knownAccount(
  { calls, logins }: CompletedCalls,
  { accountId, $source = {} }: Credentials,
): string | undefined {
  const isFromSts = Object.keys($source).some((mark) => mark.startsWith('CREDENTIALS_STS_ASSUME_ROLE'));
  const isDefaultRegistry = calls.includes(accountCall(calls));
  return (
    (isDefaultRegistry ? accountOf(logins[0]?.registry) : undefined) ?? (isFromSts ? accountId : undefined)
  );
}

/**
 * Finds the caller account by asking ECR for the default registry, unless the step has done so already. That needs no
 * other permission than the login does, and no other client. The password in the response is not used.
 * Throws a Failure where ECR refuses the call.
 */
async function requestAccount(
  calls: readonly TokenCall[],
  { region, settings, signal }: AccountRequest,
): Promise<string | undefined> {
  const call = accountCall(calls, region);
  if (calls.includes(call)) return undefined;
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
