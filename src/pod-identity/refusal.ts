import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { types } from 'node:util';
import { describeError } from '../errors/describe.ts';
import { Failure, type Symptom } from '../errors/failure.ts';
import { withDeadline } from '../retry/waiting.ts';
import type { Environment } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import { addressRefusal } from './container-address.ts';
import { readPod } from './pod.ts';
import { AttemptsExhausted, plainMessage, RESPONSE_DEADLINE_MS } from './retry.ts';
import { type ContainerSource, currentClaims, readToken } from './source.ts';
import { POD_IDENTITY_AUDIENCE, type ServiceAccountClaims } from './token-claims.ts';

/** A refusal in full. `fromHttp` drops the message of a response that is not JSON. */
export type Refusal = { readonly status: number; readonly message: string };

/** Why a container source returned no credentials. */
export type ContainerFailure = {
  readonly failure: Failure;
  /** Whether the failure has the cause: the agent's response, or why the SDK does not accept its address. */
  readonly saysWhy: boolean;
};

/** What is needed besides the source. */
export type FailureRequest = {
  readonly environment: Environment;
  readonly region: string | undefined;
  readonly signal: AbortSignal;
  /** Time left to get the message of a refusal, in milliseconds. */
  readonly leftMs?: number;
};

/** Makes the Failure for a container source that returned no credentials, with the agent's message if it responded. */
export async function containerFailure(
  error: unknown,
  source: ContainerSource,
  { environment, region, signal, leftMs = RESPONSE_DEADLINE_MS }: FailureRequest,
): Promise<ContainerFailure> {
  const exhausted = error instanceof AttemptsExhausted ? error : undefined;
  // The SDK's chain says nothing about an address that it did not accept.
  const refusedAddress = addressRefusal(source.uri);
  const { message, details } = describeError(refusedAddress ?? exhausted?.cause ?? error);
  const refusal = await refusalOf(message, source, leftMs, signal);
  const claims = await currentClaims(source);
  const end = refusal === undefined ? `: ${plainMessage(message)}` : ` ${responseText(refusal)}`;
  const symptom: Symptom = {
    area: 'pod-identity',
    what: `EKS Pod Identity returned no credentials${attemptsText(exhausted)}: ${singleLine(source.uri)}${end}`,
    details: `${details}\n${claimDetails(refusal, claims)}`,
    facts: {
      ...(await tokenOwner(claims, environment)),
      audiences: claims?.audiences.join(', '),
      expiredAt: claims?.expiresAt?.toISOString(),
      region,
      tokenFile: source.tokenFile,
      uri: source.uri,
      variable: source.variable,
    },
  };
  const saysWhy = refusal !== undefined || refusedAddress !== undefined || isUnreadable(error);
  return { failure: new Failure(symptom, { cause: error }), saysWhy };
}

function attemptsText(exhausted: AttemptsExhausted | undefined): string {
  if (exhausted === undefined || exhausted.attempts === 1) return '';
  return ` (${exhausted.attempts} attempts in ${Math.round(exhausted.elapsedMs / 1000)} s)`;
}

function responseText({ status, message }: Refusal): string {
  const shown = singleLine(message);
  return `responded with HTTP ${status}${shown === '' ? ' without a message' : `: ${shown}`}`;
}

/**
 * The refusal with its message, if there was a response: `fromHttp` tells only the status, and the SDK's chains hide it
 * behind the error of the provider that comes next.
 */
async function refusalOf(
  error: string,
  source: ContainerSource,
  leftMs: number,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const [refused, status] =
    /responded with status: (\d{3})|metadata service|from any providers/.exec(error) ?? [];
  if (refused === undefined) return undefined;
  const token = await readToken(source);
  // A response may quote it.
  log.keepOut(token);
  const refusal = await fetchRefusal(source.uri, token, Math.min(leftMs, RESPONSE_DEADLINE_MS), signal);
  return refusal ?? (status === undefined ? undefined : { status: Number(status), message: '' });
}

/**
 * Whether a source failed because of a response without credentials, or one that the SDK could not read: then node's
 * own errors come out of it, and a chain ends with them.
 */
export function isUnreadable(error: unknown): boolean {
  return types.isNativeError(error) && /^(?:Syntax|Type)Error$/.test(error.name) && !('code' in error);
}

/** What is wrong with the token by its own claims, if the agent refused it. */
function claimDetails(refusal: Refusal | undefined, claims: ServiceAccountClaims | undefined): string {
  if (claims === undefined || refusal === undefined || ![400, 401, 403].includes(refusal.status)) return '';
  if (!claims.audiences.includes(POD_IDENTITY_AUDIENCE)) return 'claims: other audience';
  return claims.expiresAt !== undefined && claims.expiresAt.getTime() <= Date.now() ? 'claims: expired' : '';
}

/** The namespace and service account that the token names, or else those of the pod, if they are mounted. */
async function tokenOwner(
  claims: ServiceAccountClaims | undefined,
  environment: Environment,
): Promise<{ readonly namespace: string | undefined; readonly serviceAccount: string | undefined }> {
  const { namespace, serviceAccount } =
    claims?.serviceAccount === undefined ? await readPod(environment) : claims;
  return { namespace, serviceAccount };
}

/** How much of a message is read, in bytes. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/**
 * Repeats a request that was refused, for the message of the refusal; undefined if there is none. A response with
 * credentials is thrown away unread. An address that the SDK does not accept gets no request: the token would go there.
 * The request uses no proxy, whatever the settings of the process.
 *
 * @param deadlineMs time for it, in milliseconds
 */
export async function fetchRefusal(
  uri: string,
  token: string | undefined,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  if (deadlineMs <= 0 || addressRefusal(uri) !== undefined) return undefined;
  try {
    return await withDeadline((over) => repeatRequest(new URL(uri), token, over), deadlineMs, signal);
  } catch {
    return undefined;
  }
}

/** @param signal aborts as soon as the result is there */
async function repeatRequest(
  url: URL,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = { accept: 'application/json', ...(token !== undefined && { authorization: token }) };
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, headers, signal });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      // The signal then closes the connection.
      if (status < 300) resolve(undefined);
      else readMessage(response).then((message) => resolve({ status, message }), reject);
    });
    sent.end();
  });
}

async function readMessage(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk.subarray(0, MAX_MESSAGE_BYTES - size));
    size += chunk.length;
    if (size >= MAX_MESSAGE_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8').trim();
}
