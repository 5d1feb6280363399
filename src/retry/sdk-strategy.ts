import { AsyncLocalStorage } from 'node:async_hooks';
import { describeError } from '../errors/describe.ts';
import { StandardRetryStrategy } from '../packages/aws-sdk.ts';
import type { Retry } from './retry-line.ts';

type Refresh = StandardRetryStrategy['refreshRetryTokenForRetry'];

/**
 * The SDK's standard retry strategy, which also reports each retry. What is retried, and after which pause, the SDK
 * decides; it draws the pause only for a retry, so that is where a retry is noticed.
 */
export class ReportingRetryStrategy extends StandardRetryStrategy {
  /** The failure at hand. One strategy can serve several calls at once. */
  readonly #failure = new AsyncLocalStorage<Parameters<Refresh>[1]>();

  /**
   * @param what what is called, as the start of a line of the log
   * @param report gets every retry, before its pause
   */
  constructor(what: string, maxAttempts: number, report: (retry: Retry) => void) {
    super(maxAttempts);
    const backoff = this.retryBackoffStrategy;
    const draw = backoff.computeNextBackoffDelay.bind(backoff);
    backoff.computeNextBackoffDelay = (retry) => {
      const drawnMs = draw(retry);
      const { error, retryAfterHint } = this.#failure.getStore() ?? {};
      const delayMs = pauseMs(drawnMs, retryAfterHint);
      report({
        what,
        failure: describeError(error).message,
        cause: error,
        attempt: retry + 1,
        maxAttempts,
        delayMs,
      });
      return drawnMs;
    };
  }

  override refreshRetryTokenForRetry(...args: Parameters<Refresh>): ReturnType<Refresh> {
    return this.#failure.run(args[1], () => super.refreshRetryTokenForRetry(...args));
  }
}

/** The pause that the SDK makes: the one drawn, or a longer one that the service asks for, by up to 5 s. */
function pauseMs(drawnMs: number, retryAfter: Date | undefined): number {
  if (retryAfter === undefined) return drawnMs;
  return Math.max(drawnMs, Math.min(retryAfter.getTime() - Date.now(), drawnMs + 5_000));
}
