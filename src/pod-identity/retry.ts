import { types } from 'node:util';
import { messageOf } from '../errors/failure.ts';
import {
  type BackoffLimits,
  backoffDelayMs,
  type Clock,
  DeadlineError,
  SYSTEM_CLOCK,
  withDeadline,
} from '../retry/waiting.ts';

/** Time for all attempts of a step, the message of a refusal included, in milliseconds. */
export const STEP_BUDGET_MS = 55_000;

/**
 * Time for one response of the agent, in milliseconds. The agent retries by itself before it responds with a failure,
 * which takes it up to 9 seconds (eks-pod-identity-agent 0.1.37).
 */
export const RESPONSE_DEADLINE_MS = 12_000;

/** The number of attempts for transient errors, the first one included. */
export const AGENT_MAX_ATTEMPTS = 5;

const TRANSIENT_BACKOFF: BackoffLimits = { baseMs: 500, capMs: 5_000 };
const START_BACKOFF: BackoffLimits = { baseMs: 1_000, capMs: 5_000 };

/** What kind of failure an attempt ended with. */
export type Outcome =
  /** No connection: on a new node, the agent can start after the pod. */
  | 'unreachable'
  /** A lost connection, no response in time, 429 or 5xx. */
  | 'transient'
  /** A refusal that another attempt does not change. */
  | 'final';

/** Judges a failed attempt by its error. `fromHttp` gives the status, and the system's error code, only as text. */
export function judgeAttempt(error: unknown): Outcome {
  const text = types.isNativeError(error)
    ? `${codeOf(error)} ${error.name}: ${error.message}`
    : String(error);
  if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|AggregateError/.test(text)) {
    return 'unreachable';
  }
  const lost = /ECONNRESET|EPIPE|socket hang up|aborted|ETIMEDOUT|TimeoutError|DeadlineError/;
  return lost.test(text) || /responded with status: (?:429|5\d\d)/.test(text) ? 'transient' : 'final';
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

/** Thrown when no attempt returned credentials. `cause` is the error to explain. */
export class AttemptsExhausted extends Error {
  readonly attempts: number;
  readonly elapsedMs: number;

  constructor(cause: unknown, attempts: number, elapsedMs: number) {
    super(`gave up after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`, { cause });
    this.name = 'AttemptsExhausted';
    this.attempts = attempts;
    this.elapsedMs = elapsedMs;
  }
}

export type RetryOptions = {
  /** The number of attempts for transient errors. With 1 there is no wait for an agent that has not started either. */
  readonly maxAttempts?: number | undefined;
  /** Time for everything, in milliseconds. */
  readonly budgetMs?: number;
  readonly signal: AbortSignal;
  /** Called with a line for the log before each pause. */
  readonly onRetry: (line: string) => void;
  readonly clock?: Clock;
};

/**
 * Requests credentials until there are some, the agent refuses, or the attempts or the time are used up. No attempt
 * starts that cannot finish in time.
 * Throws AttemptsExhausted, or the signal's reason when that aborts.
 *
 * @param attempt makes one attempt; it reads the token file anew, since Kubernetes replaces the token while a job runs
 */
export async function requestWithRetries<Credentials>(
  attempt: () => Promise<Credentials>,
  {
    maxAttempts = AGENT_MAX_ATTEMPTS,
    budgetMs = STEP_BUDGET_MS,
    signal,
    onRetry,
    clock = SYSTEM_CLOCK,
  }: RetryOptions,
): Promise<Credentials> {
  const start = clock.now();
  const failed = { unreachable: 0, transient: 0, final: 0 };
  // Each attempt but the first is made only if there is time for a whole one.
  const deadlineMs = Math.min(RESPONSE_DEADLINE_MS, budgetMs);
  let lastResponse: unknown;
  for (;;) {
    try {
      return await withDeadline(attempt, deadlineMs, signal, clock);
    } catch (error) {
      signal.throwIfAborted();
      const outcome = judgeAttempt(error);
      failed[outcome] += 1;
      if (isResponse(error)) lastResponse = error;
      const elapsedMs = clock.now() - start;
      const progress = { failed, maxAttempts, elapsedMs, budgetMs };
      const pauseMs = pauseBeforeNext(outcome, progress, clock.random);
      if (pauseMs === undefined) {
        // What the agent responded tells more than that it was late once.
        const cause = error instanceof DeadlineError ? (lastResponse ?? error) : error;
        const attempts = failed.unreachable + failed.transient + failed.final;
        throw new AttemptsExhausted(cause, attempts, elapsedMs);
      }
      onRetry(retryLine(outcome, error, progress, pauseMs));
      await clock.sleep(pauseMs, signal);
    }
  }
}

function isResponse(error: unknown): boolean {
  return /responded with status: \d{3}/.test(messageOf(error));
}

type Progress = {
  readonly failed: Readonly<Record<Outcome, number>>;
  readonly maxAttempts: number;
  readonly elapsedMs: number;
  readonly budgetMs: number;
};

/** The pause before the next attempt, in milliseconds; undefined when there is none. */
function pauseBeforeNext(
  outcome: Outcome,
  { failed, maxAttempts, elapsedMs, budgetMs }: Progress,
  random: () => number,
): number | undefined {
  if (outcome === 'final' || maxAttempts === 1) return undefined;
  if (failed.transient >= maxAttempts) return undefined;
  // An agent that responds may refuse again, and then its message takes as long as the attempt.
  const neededMs = outcome === 'transient' ? 2 * RESPONSE_DEADLINE_MS : RESPONSE_DEADLINE_MS;
  const spareMs = budgetMs - elapsedMs - neededMs;
  const limits = outcome === 'transient' ? TRANSIENT_BACKOFF : START_BACKOFF;
  return spareMs > 0 ? Math.min(spareMs, backoffDelayMs(failed[outcome], limits, random)) : undefined;
}

function retryLine(
  outcome: Outcome,
  error: unknown,
  { failed, maxAttempts, elapsedMs, budgetMs }: Progress,
  pauseMs: number,
): string {
  const count =
    outcome === 'unreachable'
      ? `not reachable yet, ${seconds(elapsedMs)} of ${seconds(budgetMs - RESPONSE_DEADLINE_MS)}`
      : `attempt ${failed.transient} of ${maxAttempts}`;
  return `EKS Pod Identity agent: ${plainMessage(messageOf(error))} (${count}, the next in ${seconds(pauseMs)})`;
}

/** The message of a failed attempt, without what `fromHttp` adds when it turns the connection's error into text. */
export function plainMessage(message: string): string {
  return message
    .replace(/^(?:Timeout)?Error: /, '')
    .replace(/^AggregateError$/, 'ECONNREFUSED at every address of the host');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
