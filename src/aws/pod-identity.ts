import { detailsOf, Failure, messageOf } from '../errors/failure.ts';
import { runnerKind } from '../runner/kind.ts';
import * as log from '../runner/log.ts';
import { AGENT_RESPONSE_MS } from '../time/limits.ts';
import * as retry from '../time/retry.ts';
import { type AttemptLimits, nextAttempt } from './agent-retries.ts';
import { AnswerError, type ContainerEndpoint, requestCredentials } from './container-endpoint.ts';
import { podFacts, tokenProblem } from './service-account-token.ts';

/** Where EKS mounts the token. */
const EKS_TOKENS = '/var/run/secrets/pods.eks.amazonaws.com/';

export type AgentOptions = AttemptLimits & {
  signal: AbortSignal;
  clock?: retry.Clock;
};

/**
 * Gets the credentials of a container endpoint. Throws a Failure with its own words if there are
 * none.
 */
export async function podCredentials(
  endpoint: ContainerEndpoint,
  region: string,
  options: AgentOptions,
) {
  const name = endpoint.isEks ? 'EKS Pod Identity agent' : 'Container credentials endpoint';
  const attempt = (signal: AbortSignal) => requestCredentials(endpoint, signal);

  try {
    return await requestWithRetries(name, attempt, options);
  } catch (error) {
    options.signal.throwIfAborted();
    throw await agentFailure(endpoint, region, error as Error);
  }
}

/**
 * Makes attempts until there are credentials, a failure is final, or the attempts or the time are
 * used up.
 * Throws what `givenUp` returns, or the signal's reason if it aborts.
 *
 * @param name what is asked, as the start of a line of the log
 */
export async function requestWithRetries<Result>(
  name: string,
  attempt: (signal: AbortSignal) => Promise<Result>,
  options: AgentOptions,
) {
  const { signal, clock = retry.SYSTEM_CLOCK } = options;
  const attemptMs = Math.min(AGENT_RESPONSE_MS, options.budgetMs);
  const startMs = clock.now();
  const failed: unknown[] = [];

  for (;;) {
    try {
      return await retry.withDeadline(attempt, attemptMs, signal, clock);
    } catch (error) {
      signal.throwIfAborted();
      failed.push(error);
    }

    const elapsedMs = clock.now() - startMs;
    const next = nextAttempt(failed, options, elapsedMs, clock.random);
    if (next === undefined) throw givenUp(failed, elapsedMs);

    const failure = name + afterSubject(failed.at(-1));
    log.info(retry.retryLine(failure, next.progress, next.pauseMs));
    await clock.sleep(next.pauseMs, signal);
  }
}

/**
 * All attempts have failed: the cause is the last failure, or one that tells more, and the message
 * counts several.
 */
function givenUp(failed: unknown[], elapsedMs: number) {
  // What the agent answered tells more than that it was late after that.
  const beforeLate = failed.findLast((error) => !(error instanceof retry.DeadlineError));
  const cause = beforeLate instanceof AnswerError ? beforeLate : failed.at(-1);

  const attempts = failed.length;
  const count = `${attempts} attempts in ${Math.round(elapsedMs / 1000)} s`;
  return new Error(attempts > 1 ? ` (${count})` : '', { cause });
}

/** What failed, behind the name of what was asked. */
function afterSubject(error: unknown) {
  const separator = error instanceof AnswerError ? ' ' : ': ';

  return separator + messageOf(error);
}

async function agentFailure(
  { uri, tokenFile, claims, isEks }: ContainerEndpoint,
  region: string,
  { message, cause }: Error,
) {
  const name = isEks ? 'EKS Pod Identity' : 'The container credentials endpoint';

  const status = cause instanceof AnswerError ? cause.status : undefined;
  // The agent does not redirect.
  const isAgent = isEks && (status === undefined || status >= 400);
  const isRefused = status === 400 || status === 401 || status === 403;

  return new Failure(`${name} returned no credentials${message}: ${uri}${afterSubject(cause)}`, {
    cause,
    area: 'pod-identity',
    details: detailsOf(cause),
    situation: {
      runner: runnerKind(),
      source: 'container',
      endpoint: isAgent ? 'eks' : 'other',
      status,
      tokenFile: tokenFile?.startsWith(EKS_TOKENS) ? 'eks' : 'other',
      token: isRefused && claims ? tokenProblem(claims) : undefined,
    },
    facts: {
      ...(await podFacts(claims)),
      region,
      uri,
      tokenFile,
    },
  });
}
