import { fromHttp } from '../packages/aws-sdk.ts';
import type { Environment } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import { containerFailure } from './refusal.ts';
import { AttemptsExhausted, requestWithRetries, STEP_BUDGET_MS } from './retry.ts';
import type { ContainerSource } from './source.ts';

/** Credentials for calls to AWS. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  /** The account of the identity, where the source of the credentials names it. */
  readonly accountId?: string;
  /** The SDK's own marks for where they came from; none for those of the instance metadata. */
  readonly $source?: Readonly<Record<string, unknown>>;
};

/** What is needed besides the source. */
export type ContainerRequest = {
  readonly environment: Environment;
  readonly region: string | undefined;
  readonly signal: AbortSignal;
  readonly maxAttempts?: number | undefined;
  /** Time for everything, the message of a refusal included, in milliseconds. */
  readonly budgetMs?: number | undefined;
};

/**
 * Gets the credentials of the container, in a pod those of EKS Pod Identity.
 * Throws a Failure with the agent's message when there are none.
 */
export async function containerCredentials(
  source: ContainerSource,
  { maxAttempts, budgetMs = STEP_BUDGET_MS, ...request }: ContainerRequest,
): Promise<Credentials> {
  const { signal } = request;
  const onRetry = (line: string): void => log.info(singleLine(line));
  try {
    return await requestWithRetries(requestOnce, { maxAttempts, budgetMs, signal, onRetry });
  } catch (error) {
    const elapsedMs = error instanceof AttemptsExhausted ? error.elapsedMs : 0;
    const leftMs = budgetMs - elapsedMs;
    const { failure } = await containerFailure(error, source, { ...request, leftMs });
    signal.throwIfAborted();
    throw failure;
  }
}

/**
 * One attempt. Its deadline is set around it: the provider's own timeout only prints a warning. The provider is made
 * anew each time, since it checks the address when it is made.
 */
async function requestOnce(): Promise<Credentials> {
  return fromHttp({ maxRetries: 0, timeout: NO_TIMEOUT_MS, logger: SDK_LOGGER })();
}

/** Longer than any step, in milliseconds. */
const NO_TIMEOUT_MS = 3_600_000;

/** The SDK's remarks go to the debug log; without a logger it prints them to the console. */
const SDK_LOGGER = { debug: log.debug, info: log.debug, warn: log.debug, error: log.debug };
