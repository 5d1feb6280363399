import { detailsOf, Failure, messageOf } from '../errors/failure.ts';
import { runnerKind } from '../runner/kind.ts';
import * as log from '../runner/log.ts';
import { AGENT_RESPONSE_MS } from '../time/limits.ts';
import * as retry from '../time/retry.ts';
import { AnswerError, type ContainerEndpoint, requestCredentials } from './container-endpoint.ts';
import { type Claims, POD_IDENTITY_AUDIENCE, podFacts } from './pod.ts';

/** What is wrong with a token that was refused, by its own claims. */
export type TokenProblem = 'expired' | 'other-audience';

/** A failure that is followed by another attempt. What an answer says, or its status, or what the network says. */
type RetryRule = {
  readonly text?: RegExp;
  readonly statuses?: readonly [least: number, most: number];
  readonly network?: RegExp;
  /** So many attempts that fail like this at the most, and `max-attempts` of all kinds. */
  readonly attempts?: number;
  /** The pause after the first, second … attempt is as many times this long, in milliseconds, and a random part. */
  readonly stepMs?: number;
};

/** No connection. On a new node, the agent can start after the pod: it is waited for as long as the budget allows. */
const UNREACHABLE: RetryRule = {
  network:
    /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|connect (?:EACCES|EPERM|EINVAL)/,
};

/** The first rule that matches applies; without one, there is no other attempt. */
const RETRY_RULES: readonly RetryRule[] = [
  UNREACHABLE,
  // EKS Auth sees a new association, or a new trust policy, after some seconds.
  { text: /ResourceNotFoundException|permissions? to assume/, attempts: 3, stepMs: 1_000 },
  { text: /Missing Region/, attempts: 1 },
  // The instance metadata, which answered here, can be late on a new node.
  { text: /no EC2 IMDS role found.*StatusCode: 4/, attempts: 2, stepMs: 1_000 },
  // Each attempt has cost three calls to EKS Auth.
  { text: /ThrottlingException|retry quota exceeded/, stepMs: 2_000 },
  { statuses: [429, 429], stepMs: 2_000 },
  { statuses: [500, 599] },
  // The connection was lost, or nothing came in time. The SDK's provider has a text for the status.
  {
    network:
      /ECONNRESET|EPIPE|socket hang up|aborted|ETIMEDOUT|TimeoutError|DeadlineError|status: (?:429|5\d\d)/,
  },
];

/** The random part of a pause: after an attempt, and while the agent is waited for. */
const BACKOFF: retry.Backoff = { baseMs: 500, capMs: 5_000 };
const START_BACKOFF: retry.Backoff = { baseMs: 1_000, capMs: 5_000 };

export type AgentOptions = {
  /** Input `max-attempts`. With 1 there is no wait for an agent that has not started either. */
  readonly maxAttempts: number;
  /** Time for all attempts, in milliseconds. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
  readonly clock?: retry.Clock;
};

/** All attempts have failed: the last failure is the cause, or one that tells more. */
type GivenUp = Error & { readonly attempts: number };

/** Gets the credentials of a container endpoint. Throws a Failure with its own words if there are none. */
export async function podCredentials(
  endpoint: ContainerEndpoint,
  region: string,
  options: AgentOptions,
) {
  const name = endpoint.isEks ? 'EKS Pod Identity agent' : 'Container credentials endpoint';
  try {
    return await requestWithRetries(
      name,
      (signal) => requestCredentials(endpoint, signal),
      options,
    );
  } catch (error) {
    options.signal.throwIfAborted();
    throw await agentFailure(endpoint, region, error as GivenUp);
  }
}

/**
 * Makes attempts until there are credentials, a failure is final, or the attempts or the time are used up. No attempt
 * starts that cannot finish in time.
 * Throws a GivenUp, or the signal's reason if it aborts.
 *
 * @param name what is asked, as the start of a line of the log
 */
export async function requestWithRetries<Result>(
  name: string,
  attempt: (signal: AbortSignal) => Promise<Result>,
  { maxAttempts, budgetMs, signal, clock = retry.SYSTEM_CLOCK }: AgentOptions,
): Promise<Result> {
  const start = clock.now();
  const failed: (RetryRule | undefined)[] = [];
  let lastError: unknown;
  for (;;) {
    try {
      return await retry.withDeadline(
        attempt,
        Math.min(AGENT_RESPONSE_MS, budgetMs),
        signal,
        clock,
      );
    } catch (error) {
      signal.throwIfAborted();
      // What the agent answered tells more than that it was late once.
      if (!(error instanceof retry.DeadlineError && lastError instanceof AnswerError))
        lastError = error;
      const elapsedMs = clock.now() - start;
      const spareMs = budgetMs - AGENT_RESPONSE_MS - elapsedMs;
      const rule = ruleFor(error);
      const isWait = rule === UNREACHABLE;
      failed.push(rule);
      const attempts = failed.length;
      const counted = failed.filter((one) => one !== UNREACHABLE).length;
      const ofRule = failed.filter((one) => one === rule).length;
      const most = Math.min(maxAttempts, counted + (rule?.attempts ?? maxAttempts) - ofRule);
      // The time to wait for an agent that has not started is used to the end.
      const pauseMs = isWait
        ? Math.min(spareMs, retry.backoffMs(attempts - counted, START_BACKOFF, clock.random))
        : (rule?.stepMs ?? 0) * counted + retry.backoffMs(counted, BACKOFF, clock.random);
      const isRetried = rule !== undefined && maxAttempts > 1 && (isWait || counted < most);
      if (!isRetried || spareMs <= 0 || pauseMs > spareMs) {
        const message = `${attempts} attempts in ${Math.round(elapsedMs / 1000)} s`;
        throw Object.assign(new Error(message, { cause: lastError }), { attempts });
      }
      const progress = isWait
        ? `waiting for it, ${seconds(elapsedMs)} of ${seconds(budgetMs - AGENT_RESPONSE_MS)}`
        : `attempt ${counted} of ${most}`;
      log.info(retry.retryLine(`${name}${afterSubject(error)}`, progress, pauseMs));
      await clock.sleep(pauseMs, signal);
    }
  }
}

function ruleFor(error: unknown): RetryRule | undefined {
  if (error instanceof AnswerError) {
    return RETRY_RULES.find(({ text, statuses: [least, most] = [0, 0] }) =>
      text === undefined ? least <= error.status && error.status <= most : text.test(error.text),
    );
  }
  const words = `${messageOf(error)}\n${detailsOf(error)}`;
  return RETRY_RULES.find(({ network }) => network?.test(words));
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** What failed, behind the name of what was asked. */
function afterSubject(error: unknown): string {
  return `${error instanceof AnswerError ? '' : ':'} ${messageOf(error)}`;
}

async function agentFailure(
  { uri, tokenFile, claims, isEks }: ContainerEndpoint,
  region: string,
  { attempts, message, cause }: GivenUp,
): Promise<Failure> {
  const { serviceAccount, namespace } =
    claims?.serviceAccount === undefined ? await podFacts() : claims;
  const status = cause instanceof AnswerError ? cause.status : undefined;
  const name = isEks ? 'EKS Pod Identity' : 'The container credentials endpoint';
  const count = attempts > 1 ? ` (${message})` : '';
  return new Failure(
    `${name} returned no credentials${count}: ${log.singleLine(uri)}${afterSubject(cause)}`,
    {
      cause,
      area: 'pod-identity',
      details: detailsOf(cause),
      situation: {
        runner: runnerKind(),
        source: 'container',
        // The agent does not redirect.
        endpoint: isEks && (status === undefined || status >= 400) ? 'eks' : 'other',
        status,
        token:
          status === 400 || status === 401 || status === 403 ? claimProblem(claims) : undefined,
      },
      facts: { serviceAccount, namespace, node: claims?.node, region, uri, tokenFile },
    },
  );
}

function claimProblem(claims: Claims | undefined): TokenProblem | undefined {
  if (claims === undefined) return undefined;
  if (!claims.audiences.includes(POD_IDENTITY_AUDIENCE)) return 'other-audience';
  return (claims.expiresAt ?? Number.POSITIVE_INFINITY) * 1000 <= Date.now()
    ? 'expired'
    : undefined;
}
