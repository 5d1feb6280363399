import { types } from 'node:util';
import { messageOf } from '../errors/failure.ts';
import {
  type BackoffLimits,
  backoffDelayMs,
  type Clock,
  SYSTEM_CLOCK,
  withDeadline,
} from '../retry/waiting.ts';

/** Time for one try, in milliseconds. An agent that works answers within a second, EKS Auth's part included. */
const TRY_DEADLINE_MS = 5_000;

/** How often what may pass by itself is tried, the first try included. */
export const AGENT_MAX_ATTEMPTS = 5;

/** How long an agent that is not there yet is waited for, in milliseconds: on a fresh node it may start after the pod. */
const AGENT_START_MS = 60_000;

const PASSING_BACKOFF: BackoffLimits = { baseMs: 500, capMs: 5_000 };
const START_BACKOFF: BackoffLimits = { baseMs: 1_000, capMs: 5_000 };

/** What becomes of a failed try. */
export type Outcome =
  /** Nothing listens there, or there is no way to it. */
  | 'unreachable'
  /** May pass by itself: a cut connection, no answer in time, 429 or 5xx. */
  | 'passing'
  /** A refusal; to ask again changes nothing. */
  | 'final';

/** Tells what becomes of a failed try by its error. `fromHttp` gives the status, and the system's code, only as text. */
export function judgeAttempt(error: unknown): Outcome {
  const text = types.isNativeError(error)
    ? `${codeOf(error)} ${error.name}: ${error.message}`
    : String(error);
  if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|AggregateError/.test(text)) {
    return 'unreachable';
  }
  const cut = /ECONNRESET|EPIPE|socket hang up|aborted|ETIMEDOUT|TimeoutError|DeadlineError/;
  return cut.test(text) || /responded with status: (?:429|5\d\d)/.test(text) ? 'passing' : 'final';
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

/** Why there are no credentials after all tries; `cause` is the error of the last one. */
export class AttemptsExhausted extends Error {
  /** How many tries were made, in how many milliseconds. */
  readonly tries: number;
  readonly elapsedMs: number;

  constructor(cause: unknown, tries: number, elapsedMs: number) {
    super(`given up after ${tries} ${tries === 1 ? 'try' : 'tries'}`, { cause });
    this.name = 'AttemptsExhausted';
    this.tries = tries;
    this.elapsedMs = elapsedMs;
  }
}

export type RetryOptions = {
  /** How often what may pass by itself is tried; 1 also means not to wait for an agent that is not there yet. */
  readonly maxAttempts?: number;
  readonly signal: AbortSignal;
  /** Told before each pause, in words for the log. */
  readonly onRetry: (line: string) => void;
  readonly clock?: Clock;
};

/**
 * Asks the agent until it gives credentials, refuses, or the tries are used up. Each try ends within five seconds,
 * even where the agent accepts the connection and never answers.
 * Throws AttemptsExhausted, or the signal's reason where that aborts.
 *
 * @param ask one try, and the signal that it is over; it reads the token file anew, since Kubernetes replaces the token
 *   while a job runs
 */
export async function requestWithRetries<Credentials>(
  ask: (over: AbortSignal) => Promise<Credentials>,
  { maxAttempts = AGENT_MAX_ATTEMPTS, signal, onRetry, clock = SYSTEM_CLOCK }: RetryOptions,
): Promise<Credentials> {
  const start = clock.now();
  let failedTries = 0;
  let unreachableTries = 0;
  for (;;) {
    try {
      return await withDeadline(ask, TRY_DEADLINE_MS, signal, clock);
    } catch (error) {
      signal.throwIfAborted();
      const elapsedMs = clock.now() - start;
      const outcome = judgeAttempt(error);
      if (outcome === 'unreachable') unreachableTries += 1;
      else failedTries += 1;
      const pauseMs = pauseBeforeNext(
        outcome,
        { failedTries, unreachableTries, elapsedMs, maxAttempts },
        clock,
      );
      if (pauseMs === undefined)
        throw new AttemptsExhausted(error, failedTries + unreachableTries, elapsedMs);
      onRetry(retryLine(outcome, error, { failedTries, maxAttempts, elapsedMs, pauseMs }));
      await clock.sleep(pauseMs, signal);
    }
  }
}

type Progress = {
  readonly failedTries: number;
  readonly unreachableTries: number;
  readonly elapsedMs: number;
  readonly maxAttempts: number;
};

/** The pause before the next try, in milliseconds; undefined where there is to be none. */
function pauseBeforeNext(outcome: Outcome, progress: Progress, { random }: Clock): number | undefined {
  const { failedTries, unreachableTries, elapsedMs, maxAttempts } = progress;
  if (outcome === 'final' || maxAttempts === 1) return undefined;
  if (outcome === 'passing') {
    return failedTries < maxAttempts ? backoffDelayMs(failedTries, PASSING_BACKOFF, random) : undefined;
  }
  const leftMs = AGENT_START_MS - elapsedMs;
  return leftMs > 0 ? Math.min(leftMs, backoffDelayMs(unreachableTries, START_BACKOFF, random)) : undefined;
}

function retryLine(
  outcome: Outcome,
  error: unknown,
  { failedTries, maxAttempts, elapsedMs, pauseMs }: Omit<Progress, 'unreachableTries'> & { pauseMs: number },
): string {
  const count =
    outcome === 'unreachable'
      ? `not there yet, ${seconds(elapsedMs)} of ${seconds(AGENT_START_MS)}`
      : `attempt ${failedTries} of ${maxAttempts}`;
  return `The agent of EKS Pod Identity: ${plainMessage(messageOf(error))} (${count}, the next in ${seconds(pauseMs)})`;
}

/** The words of a failed try without what `fromHttp` makes of them: it turns the error of the connection into text. */
export function plainMessage(words: string): string {
  return words
    .replace(/^(?:Timeout)?Error: /, '')
    .replace(/^AggregateError$/, 'ECONNREFUSED at every address of the host');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
