import { detailsOf, Failure, messageOf } from '../errors/failure.ts';
import { runnerKind } from '../runner/kind.ts';
import * as log from '../runner/log.ts';
import { AGENT_RESPONSE_MS } from '../time/limits.ts';
import * as retry from '../time/retry.ts';
import { type AttemptLimits, nextAttempt } from './agent-retries.ts';
import { AnswerError, type ContainerEndpoint, requestCredentials } from './container-endpoint.ts';
import { podFacts } from './pod.ts';
import { tokenProblem } from './service-account-token.ts';

export type AgentOptions = AttemptLimits & {
  signal: AbortSignal;
  clock?: retry.Clock;
};

/** Gets the credentials of a container endpoint. Throws a Failure with its own words if there are none. */
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
    throw await agentFailure(endpoint, region, error as GivenUp);
  }
}

/**
 * Makes attempts until there are credentials, a failure is final, or the attempts or the time are used up.
 * Throws a GivenUp, or the signal's reason if it aborts.
 *
 * @param name what is asked, as the start of a line of the log
 */
export async function requestWithRetries<Result>(
  name: string,
  attempt: (signal: AbortSignal) => Promise<Result>,
  options: AgentOptions,
): Promise<Result> {
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

/** All attempts have failed: the last failure is the cause, or one that tells more. */
type GivenUp = Error & { attempts: number };

function givenUp(failed: readonly unknown[], elapsedMs: number): GivenUp {
  // What the agent answered tells more than that it was late after that.
  const beforeLate = failed.findLast((error) => !(error instanceof retry.DeadlineError));
  const cause = beforeLate instanceof AnswerError ? beforeLate : failed.at(-1);

  const attempts = failed.length;
  const message = `${attempts} attempts in ${Math.round(elapsedMs / 1000)} s`;
  return Object.assign(new Error(message, { cause }), { attempts });
}

/** What failed, behind the name of what was asked. */
function afterSubject(error: unknown): string {
  const separator = error instanceof AnswerError ? ' ' : ': ';

  return separator + messageOf(error);
}

async function agentFailure(
  { uri, tokenFile, claims, isEks }: ContainerEndpoint,
  region: string,
  { attempts, message, cause }: GivenUp,
) {
  const name = isEks ? 'EKS Pod Identity' : 'The container credentials endpoint';
  const count = attempts > 1 ? ` (${message})` : '';
  const words = log.singleLine(uri) + afterSubject(cause);

  const status = cause instanceof AnswerError ? cause.status : undefined;
  // The agent does not redirect.
  const isAgent = isEks && (status === undefined || status >= 400);
  const isRefused = status === 400 || status === 401 || status === 403;

  const isNamed = claims?.serviceAccount !== undefined;
  const { serviceAccount, namespace } = isNamed ? claims : await podFacts();

  return new Failure(`${name} returned no credentials${count}: ${words}`, {
    cause,
    area: 'pod-identity',
    details: detailsOf(cause),
    situation: {
      runner: runnerKind(),
      source: 'container',
      endpoint: isAgent ? 'eks' : 'other',
      status,
      token: isRefused && claims ? tokenProblem(claims) : undefined,
    },
    facts: {
      serviceAccount,
      namespace,
      node: claims?.node,
      region,
      uri,
      tokenFile,
    },
  });
}
