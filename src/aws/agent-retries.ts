import { detailsOf } from '../errors/failure.ts';
import { AGENT_RESPONSE_MS } from '../time/limits.ts';
import { backoffMs } from '../time/retry.ts';
import { AnswerError } from './container-endpoint.ts';

/** A kind of failure that is followed by another attempt. */
type RetryRule = {
  pattern: RegExp;
  /** So many attempts that fail like this at the most, and `max-attempts` of all kinds. */
  attempts?: number;
  /**
   * The pause after the first, second … attempt is as many times this long, in milliseconds, and a
   * random part.
   */
  stepMs?: number;
};

/**
 * No connection. On a new node, the agent can start after the pod: it is waited for as long as the
 * budget allows.
 */
const UNREACHABLE: RetryRule = {
  pattern: /^connect E(?!TIMEDOUT)/m,
};

/** For answers: their HTTP status, a space, and their text. The first rule that matches applies. */
const ANSWER_RULES: RetryRule[] = [
  // AWS sees a new association, a new trust policy, or the role of a new node (UnrecognizedClient…)
  // after some seconds. The instance metadata, which answered the agent with 404 or its like, can
  // be late on a new node, too.
  {
    pattern:
      /ResourceNotFoundException|permissions? to assume|UnrecognizedClient|no EC2 IMDS role found.*StatusCode: 4/,
    attempts: 3,
    stepMs: 1_000,
  },
  { pattern: /Missing Region/, attempts: 1 },
  // Each attempt has cost three calls to EKS Auth.
  {
    pattern: /^429 |ThrottlingException|retry quota exceeded/,
    stepMs: 2_000,
  },
  { pattern: /^5\d\d / },
];

/** For all other failures: their details. */
const NETWORK_RULES: RetryRule[] = [
  UNREACHABLE,
  // The connection was lost, or nothing came in time.
  { pattern: /ECONNRESET|EPIPE|ETIMEDOUT|DeadlineError/ },
];

/** The random part of a pause: after an attempt, and while the agent is waited for. */
const BACKOFF = { baseMs: 500, capMs: 5_000 };
const START_BACKOFF = { baseMs: 1_000, capMs: 5_000 };

export type AttemptLimits = {
  /**
   * Attempts at the Pod Identity agent, or another container endpoint. Those that wait for its
   * start do not count.
   */
  agentAttempts: number;
  /** Time for all attempts, in milliseconds. */
  budgetMs: number;
};

/**
 * What comes after the attempts that have failed so far: a pause, and how far they have come, for
 * the log. Undefined if the last failure is final, or if the attempts or the time are used up: no
 * attempt starts that cannot finish in time.
 */
export function nextAttempt(
  failed: unknown[],
  { agentAttempts, budgetMs }: AttemptLimits,
  elapsedMs: number,
  random: () => number,
) {
  const rules = failed.map(ruleFor);
  const rule = rules.at(-1);

  const lastStartMs = budgetMs - AGENT_RESPONSE_MS;
  const spareMs = lastStartMs - elapsedMs;
  // With one attempt, there is no wait for an agent that has not started either.
  if (rule === undefined || agentAttempts === 1 || spareMs <= 0) return undefined;

  const ofRule = rules.filter((one) => one === rule).length;
  if (rule === UNREACHABLE) {
    // The time to wait for an agent that has not started is used to the end.
    const pauseMs = Math.min(spareMs, backoffMs(ofRule, START_BACKOFF, random));
    const progress = `waiting for it, ${seconds(elapsedMs)} of ${seconds(lastStartMs)}`;
    return { pauseMs, progress };
  }

  const counted = rules.filter((one) => one !== UNREACHABLE).length;
  const leftOfRule = (rule.attempts ?? agentAttempts) - ofRule;
  const most = Math.min(agentAttempts, counted + leftOfRule);
  const pauseMs = (rule.stepMs ?? 0) * counted + backoffMs(counted, BACKOFF, random);
  if (counted >= most || pauseMs > spareMs) return undefined;

  return { pauseMs, progress: `attempt ${counted} of ${most}` };
}

/** Undefined if the failure is final. */
function ruleFor(error: unknown) {
  const isAnswer = error instanceof AnswerError;
  const rules = isAnswer ? ANSWER_RULES : NETWORK_RULES;
  const words = isAnswer ? `${error.status} ${error.text}` : detailsOf(error);

  return rules.find(({ pattern }) => pattern.test(words));
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
