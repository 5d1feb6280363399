import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { fromHttp } from '@aws-sdk/credential-provider-http';
import { detailsOf, Failure, messageOf } from '../errors/failure.ts';
import * as log from '../log.ts';
import {
  type Backoff,
  backoffMs,
  type Clock,
  DeadlineError,
  retryLine,
  SYSTEM_CLOCK,
  withDeadline,
} from '../retry.ts';
import { type Claims, POD_IDENTITY_AUDIENCE, podFacts, readClaims, runnerKind } from './pod.ts';

/** Time for all attempts of a step, in milliseconds. */
export const AGENT_BUDGET_MS = 55_000;
/**
 * Time for one response, in milliseconds. The agent retries by itself before it answers with a failure, which takes it up
 * to 8 seconds (eks-pod-identity-agent 0.1.37).
 */
const AGENT_RESPONSE_MS = 12_000;
/** How often a transient error is attempted, the first attempt included, unless `max-attempts` says otherwise. */
const AGENT_MAX_ATTEMPTS = 5;

/** Which failures are followed by another attempt. The first rule whose pattern matches applies; without one, none is. */
type RetryRule = {
  readonly pattern: RegExp;
  /** At most so many attempts end with this failure; without a number, `max-attempts` decides. */
  readonly attempts?: number;
  /** The pause after the first, second … such failure is as many times this long, in milliseconds, and a random part. */
  readonly stepMs: number;
};

/** How the message of an answer other than credentials begins. */
const ANSWERED = /^responded with HTTP /;

const RETRY_RULES: readonly RetryRule[] = [
  // EKS Auth sees a new association after some seconds.
  { pattern: /ResourceNotFoundException/, attempts: 3, stepMs: 1_000 },
  { pattern: /Missing Region/, attempts: 1, stepMs: 0 },
  // The instance metadata, which answered here, can be late on a new node.
  { pattern: /no EC2 IMDS role found.*StatusCode: 4/, attempts: 2, stepMs: 1_000 },
  // Each attempt has cost three calls to EKS Auth.
  { pattern: /^responded with HTTP 429|ThrottlingException|retry quota exceeded/, stepMs: 2_000 },
  { pattern: /^responded with HTTP 5\d\d/, stepMs: 0 },
];

/** The connection was lost, or nothing came in time. The SDK's provider has a text for the status. */
const LOST: RetryRule = {
  pattern:
    /ECONNRESET|EPIPE|socket hang up|aborted|ETIMEDOUT|TimeoutError|DeadlineError|status: (?:429|5\d\d)/,
  stepMs: 0,
};
/** The random part of a pause. */
const BACKOFF: Backoff = { baseMs: 500, capMs: 5_000 };

/** No connection. On a new node, the agent can start after the pod: it is waited for as long as the budget allows. */
const UNREACHABLE: RetryRule = {
  pattern:
    /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|connect (?:EACCES|EPERM|EINVAL)/,
  stepMs: 0,
};
const START_BACKOFF: Backoff = { baseMs: 1_000, capMs: 5_000 };

export type AgentOptions = {
  /** Input `max-attempts`. With 1 there is no wait for an agent that has not started either. */
  readonly maxAttempts?: number | undefined;
  /** Time for all attempts, in milliseconds. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
};

/** What the provider of the SDK returns. */
type Provided = ReturnType<ReturnType<typeof fromHttp>>;

/**
 * Gets the credentials of the EKS Pod Identity agent, or of another container endpoint.
 * Throws a Failure with the words of the agent if there are none.
 */
export async function podCredentials(
  source: ContainerSource,
  region: string,
  options: AgentOptions,
): Provided {
  try {
    return await requestWithRetries((signal) => requestOnce(source, signal), options);
  } catch (error) {
    options.signal.throwIfAborted();
    throw await agentFailure(source, region, error as Error);
  }
}

/**
 * Makes attempts until there are credentials, a failure is final, or the attempts or the time are used up. No attempt
 * starts that cannot finish in time.
 * Throws an Error that counts the attempts, with the last failure as its cause, or the signal's reason if it aborts.
 */
export async function requestWithRetries<Result>(
  attempt: (signal: AbortSignal) => Promise<Result>,
  { maxAttempts = AGENT_MAX_ATTEMPTS, budgetMs, signal, clock = SYSTEM_CLOCK }: AgentOptions,
): Promise<Result> {
  const start = clock.now();
  const failures: RetryRule[] = [];
  let lastError: unknown;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await withDeadline(attempt, Math.min(AGENT_RESPONSE_MS, budgetMs), signal, clock);
    } catch (error) {
      signal.throwIfAborted();
      // What the agent answered tells more than that it was late once.
      if (!(error instanceof DeadlineError) || lastError === undefined) lastError = error;
      const elapsedMs = clock.now() - start;
      const spareMs = budgetMs - AGENT_RESPONSE_MS - elapsedMs;
      const rule = ruleFor(error);
      if (rule !== undefined) failures.push(rule);
      const delayMs = pauseAfter(failures, rule, { maxAttempts, spareMs }, clock);
      if (delayMs === undefined) {
        throw new Error(`${attempts} attempts in ${Math.round(elapsedMs / 1000)} s`, { cause: lastError });
      }
      const progress =
        rule === UNREACHABLE
          ? `waiting for it, ${seconds(elapsedMs)} of ${seconds(budgetMs - AGENT_RESPONSE_MS)}`
          : `attempt ${attempts} of ${Math.min(maxAttempts, rule?.attempts ?? maxAttempts)}`;
      log.info(retryLine(`EKS Pod Identity agent${afterSubject(error)}`, progress, delayMs));
      await clock.sleep(delayMs, signal);
    }
  }
}

function ruleFor(error: unknown): RetryRule | undefined {
  const message = messageOf(error);
  if (ANSWERED.test(message)) return RETRY_RULES.find(({ pattern }) => pattern.test(message));
  return [UNREACHABLE, LOST].find(({ pattern }) => pattern.test(`${message}\n${detailsOf(error)}`));
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The pause before the next attempt, in milliseconds; undefined if there is none. `maxAttempts` counts answers alone. */
function pauseAfter(
  failures: readonly RetryRule[],
  rule: RetryRule | undefined,
  { maxAttempts, spareMs }: { readonly maxAttempts: number; readonly spareMs: number },
  { random }: Clock,
): number | undefined {
  if (rule === undefined || maxAttempts === 1 || spareMs <= 0) return undefined;
  const count = failures.filter((one) => one === rule).length;
  // The time to wait for an agent that has not started is used to the end.
  if (rule === UNREACHABLE) return Math.min(spareMs, backoffMs(count, START_BACKOFF, random));
  const answered = failures.filter((one) => one !== UNREACHABLE).length;
  if (count >= (rule.attempts ?? maxAttempts) || answered >= maxAttempts) return undefined;
  const pauseMs = rule.stepMs * count + backoffMs(count, BACKOFF, random);
  return pauseMs <= spareMs ? pauseMs : undefined;
}

/**
 * One attempt. The agent is asked first: the SDK's provider drops the words of a refusal. Once it has answered with
 * credentials, the provider takes them; the agent has them in its cache. The provider is made first, since it refuses
 * addresses that the SDK does not allow: the token must not go there.
 */
async function requestOnce(source: ContainerSource, signal: AbortSignal): Provided {
  const provider = fromHttp({
    awsContainerCredentialsFullUri: source.uri,
    awsContainerCredentialsRelativeUri: '',
    maxRetries: 0,
    // Its own timeout only warns; the deadline is set around it.
    timeout: 3_600_000,
  });
  await requireOk(new URL(source.uri), await readToken(source), signal);
  return provider();
}

/** How much of an answer is read, in UTF-16 code units. */
const LONGEST_ANSWER = 64 * 1024;

/** Throws an Error with status and text for any answer but 200. The answer with credentials is not read. */
async function requireOk(url: URL, token: string | undefined, signal: AbortSignal): Promise<void> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = token === undefined ? {} : { authorization: token };
  const sent = request(url, { headers, signal }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  sent.on('error', () => {});
  if (response.statusCode === 200) return void response.destroy();
  let body = '';
  for await (const chunk of response) {
    body += chunk;
    if (body.length >= LONGEST_ANSWER) break;
  }
  const text = log.singleLine(body);
  throw new Error(
    `responded with HTTP ${response.statusCode}${text === '' ? ' without a message' : `: ${text}`}`,
  );
}

/** What failed, behind the name of what was asked. */
function afterSubject(error: unknown): string {
  const message = messageOf(error);
  return ANSWERED.test(message) ? ` ${message}` : `: ${message}`;
}

/** Where a container gets its credentials from, as the variables say. */
export type ContainerSource = {
  readonly uri: string;
  readonly tokenFile: string | undefined;
  /** The token itself. A file takes precedence. */
  readonly token: string | undefined;
};

/** Undefined if AWS_CONTAINER_CREDENTIALS_FULL_URI is not set. */
export function containerSource(env: NodeJS.ProcessEnv = process.env): ContainerSource | undefined {
  const uri = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (uri === undefined) return undefined;
  return {
    uri,
    tokenFile: env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
    token: env['AWS_CONTAINER_AUTHORIZATION_TOKEN'],
  };
}

/** Read at each use: Kubernetes replaces the token while a job runs. */
async function readToken({ tokenFile, token }: ContainerSource): Promise<string | undefined> {
  const current = tokenFile === undefined ? token : await readFile(tokenFile, 'utf8');
  log.hide(current);
  return current;
}

async function claimsOf(source: ContainerSource): Promise<Claims | undefined> {
  return readClaims((await readToken(source).catch(() => undefined)) ?? '');
}

/** How the log names the identity of a container endpoint. ECS and others set the same variables as EKS. */
export async function containerName(source: ContainerSource): Promise<string> {
  const claims = await claimsOf(source);
  const isAgent = /^http:\/\/(?:169\.254\.170\.23|\[fd00:ec2::23\])(?:[:/]|$)/i.test(source.uri);
  if (!isAgent && claims?.audiences.includes(POD_IDENTITY_AUDIENCE) !== true) {
    return `the container credentials endpoint ${log.singleLine(source.uri)}`;
  }
  return claims?.serviceAccount === undefined
    ? 'EKS Pod Identity'
    : `EKS Pod Identity, service account ${claims.namespace}/${claims.serviceAccount}`;
}

async function agentFailure(source: ContainerSource, region: string, error: Error): Promise<Failure> {
  const { message: attempts, cause } = error;
  const count = attempts.startsWith('1 ') ? '' : ` (${attempts})`;
  const claims = await claimsOf(source);
  const { serviceAccount, namespace } = claims?.serviceAccount === undefined ? await podFacts() : claims;
  return new Failure(
    `EKS Pod Identity returned no credentials${count}: ${log.singleLine(source.uri)}${afterSubject(cause)}`,
    {
      cause: error,
      area: 'pod-identity',
      details: `${detailsOf(cause)}\n${claimProblem(cause, claims)}\nrunner: ${runnerKind()}`,
      facts: {
        serviceAccount,
        namespace,
        node: claims?.node,
        region,
        uri: source.uri,
        tokenFile: source.tokenFile,
      },
    },
  );
}

/** What is wrong with a token by its own claims, if the agent refused it. */
function claimProblem(cause: unknown, claims: Claims | undefined): string {
  if (claims === undefined || !/^responded with HTTP 40[013]/.test(messageOf(cause))) return '';
  if (!claims.audiences.includes(POD_IDENTITY_AUDIENCE)) return 'claims: other audience';
  return (claims.expiresAt ?? Number.POSITIVE_INFINITY) * 1000 <= Date.now() ? 'claims: expired' : '';
}
