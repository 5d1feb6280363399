import { types } from 'node:util';
import { describeError } from '../errors/describe.ts';
import { Failure, type Symptom } from '../errors/failure.ts';
import { fromHttp } from '../packages/aws-sdk.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import { addressRefusal } from './container-address.ts';
import { readPod } from './pod.ts';
import { type AgentResponse, fetchRefusal } from './refusal.ts';
import { AttemptsExhausted, plainMessage, requestWithRetries } from './retry.ts';
import { type ContainerSource, currentClaims, readToken } from './source.ts';
import { POD_IDENTITY_AUDIENCE, type ServiceAccountClaims } from './token-claims.ts';

/** Credentials that can sign a call. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  /** How the SDK came to them, by names of its own; nothing for those of the instance metadata. */
  readonly $source?: Readonly<Record<string, unknown>>;
};

/** What is needed besides the source. */
export type ContainerRequest = {
  readonly region: string | undefined;
  readonly signal: AbortSignal;
  readonly maxAttempts?: number;
};

/**
 * Gets the credentials of the container, which in a pod are those of EKS Pod Identity.
 * Throws a Failure that explains why there are none.
 */
export async function containerCredentials(
  source: ContainerSource,
  { region, signal, maxAttempts }: ContainerRequest,
): Promise<Credentials> {
  // One try a call, and no time limit: both are set around it. A timeout here would print a warning of its own.
  // Made anew for each: an address that the SDK does not accept is refused there already.
  const settings = { maxRetries: 0, timeout: NO_TIMEOUT_MS, logger: SDK_LOGGER };
  const ask = async () => fromHttp(settings)();
  try {
    const retries = maxAttempts === undefined ? {} : { maxAttempts };
    return await requestWithRetries(ask, {
      ...retries,
      signal,
      onRetry: (line) => log.info(singleLine(line)),
    });
  } catch (error) {
    signal.throwIfAborted();
    throw (await containerFailure(error, source, region, signal)).failure;
  }
}

/** Longer than any step waits for one try, in milliseconds. */
const NO_TIMEOUT_MS = 3_600_000;

/** What the SDK has to say besides is said better elsewhere, and its default is to print it raw. */
const SDK_LOGGER = { debug: log.debug, info: log.debug, warn: log.debug, error: log.debug };

/** Why a container source returned no credentials. */
export type ContainerFailure = {
  readonly failure: Failure;
  /** Whether the agent, or what the SDK says of its address, tells the reason. */
  readonly saysWhy: boolean;
};

/** Explains why a container source returned no credentials, with the agent's own words where it answered. */
export async function containerFailure(
  error: unknown,
  source: ContainerSource,
  region: string | undefined,
  signal: AbortSignal,
): Promise<ContainerFailure> {
  const tries = error instanceof AttemptsExhausted ? error : undefined;
  // A chain says nothing of an address that it did not ask at all.
  const refusedAddress = addressRefusal(source.uri);
  const text = describeError(refusedAddress ?? tries?.cause ?? error);
  const answer = await refusalOf(text.message, source, signal);
  const claims = await currentClaims(source);
  const howOften =
    tries && tries.tries > 1 ? ` (${tries.tries} tries in ${Math.round(tries.elapsedMs / 1000)} s)` : '';
  const words =
    answer === undefined
      ? `: ${plainMessage(text.message)}`
      : ` responded with HTTP ${answer.status}${singleLine(answer.text) ? `: ${singleLine(answer.text)}` : ' without a message'}`;
  const symptom: Symptom = {
    area: 'pod-identity',
    what: `EKS Pod Identity returned no credentials${howOften}: ${singleLine(source.uri)}${words}`,
    details: `${text.details}\n${claimSigns(answer, claims)}`,
    facts: {
      ...(await whoseToken(claims)),
      audiences: claims?.audiences.join(', '),
      expiredAt: claims?.expiresAt?.toISOString(),
      region,
      tokenFile: source.tokenFile,
      uri: source.uri,
      variable: source.variable,
    },
  };
  const saysWhy = answer !== undefined || refusedAddress !== undefined || isUnreadable(error);
  return { failure: new Failure(symptom, { cause: error }), saysWhy };
}

/**
 * The refusal with its text, where there was an answer at all: `fromHttp` tells of it by its status only, and the
 * SDK's chains hide it behind what the provider that they try next has to say.
 */
async function refusalOf(
  words: string,
  source: ContainerSource,
  signal: AbortSignal,
): Promise<AgentResponse | undefined> {
  const [refused, status] =
    /responded with status: (\d{3})|metadata service|from any providers/.exec(words) ?? [];
  if (refused === undefined) return undefined;
  const token = await readToken(source);
  // An answer may quote it.
  log.keepOut(token);
  const answer = await fetchRefusal(source.uri, token, signal);
  return answer ?? (status === undefined ? undefined : { status: Number(status), text: '' });
}

/**
 * Whether a source failed at an answer that holds no credentials, or at none that the SDK could read: node's own errors
 * then come out of it, and a chain ends with them.
 */
export function isUnreadable(error: unknown): boolean {
  return types.isNativeError(error) && /^(?:Syntax|Type)Error$/.test(error.name) && !('code' in error);
}

/** What the token's claims say against it, where the agent has refused it. */
function claimSigns(answer: AgentResponse | undefined, claims: ServiceAccountClaims | undefined): string {
  if (claims === undefined || answer === undefined || ![400, 401, 403].includes(answer.status)) return '';
  if (!claims.audiences.includes(POD_IDENTITY_AUDIENCE)) return 'claims: other audience';
  return claims.expiresAt !== undefined && claims.expiresAt.getTime() <= Date.now() ? 'claims: expired' : '';
}

/** The namespace and service account that the token names, or else those of the pod, where they are mounted. */
async function whoseToken(
  claims: ServiceAccountClaims | undefined,
): Promise<{ readonly namespace: string | undefined; readonly serviceAccount: string | undefined }> {
  const { namespace, serviceAccount } = claims?.serviceAccount === undefined ? await readPod() : claims;
  return { namespace, serviceAccount };
}
