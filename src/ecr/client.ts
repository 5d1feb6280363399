import type { ClientConfig } from '../network/client-config.ts';
import type { Credentials } from '../pod-identity/agent.ts';
import { type Environment, variable } from '../runner/environment.ts';
import { PRODUCT } from '../runner/product.ts';

/** Settings that all clients of ECR and ECR Public share. */
export type EcrClientConfig = {
  readonly credentials: Credentials;
  readonly customUserAgent: [string, string][];
  /** From these each client gets the rest of its settings; see sdkClientConfig. */
  readonly clientConfig: ClientConfig;
};

/** The settings for the clients of this step. */
export function ecrClientConfig(
  environment: Environment,
  credentials: Credentials,
  clientConfig: ClientConfig,
): EcrClientConfig {
  return { credentials, customUserAgent: userAgent(environment), clientConfig };
}

/**
 * The action's part of the user agent: its name, and the run and attempt where the runner sets them, so that a call in
 * CloudTrail leads to its run. Values in another format than the runner's are left out: they do not belong in a header.
 */
export function userAgent(environment: Environment): [string, string][] {
  const pairs: [string, string][] = [[PRODUCT.name, PRODUCT.version]];
  const runId = variable(environment, 'GITHUB_RUN_ID');
  if (runId !== undefined && /^\d{1,20}$/.test(runId)) pairs.push(['md/run_id', runId]);
  const attempt = variable(environment, 'GITHUB_RUN_ATTEMPT');
  if (attempt !== undefined && /^\d{1,6}$/.test(attempt)) pairs.push(['md/attempt', attempt]);
  return pairs;
}
