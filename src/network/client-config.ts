import { requestedMaxAttempts } from '../retry/max-attempts.ts';
import { type Retry, retryLine } from '../retry/retry-line.ts';
import { ReportingRetryStrategy } from '../retry/sdk-strategy.ts';
import { type Environment, variable } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { checkEndpointVariables } from './endpoint-variables.ts';
import { type Proxies, readProxies } from './proxy.ts';
import { proxySecrets } from './proxy-secrets.ts';
import { requestHandler } from './request-handler.ts';

/** How many attempts a call has by default; docs/network.md says how the number was chosen. */
export const DEFAULT_MAX_ATTEMPTS = 8;

/** How this step makes its calls over the network. */
export type ClientConfig = {
  readonly proxies: Proxies | undefined;
  /** How many attempts each call has. */
  readonly maxAttempts: number;
  /** The number that the user asked for; the agent of EKS Pod Identity has a default of its own. */
  readonly requestedMaxAttempts: number | undefined;
};

/**
 * Reads the client config from the inputs, else from the environment. Masks user and password of every proxy that is
 * set, whether it is used or not, before anything can print them.
 * Throws a Failure that names the input or the variable with an invalid value.
 */
export function readClientConfig(
  inputs: { readonly httpProxy: string; readonly maxAttempts: number | undefined },
  environment: Environment,
): ClientConfig {
  for (const secret of proxySecrets(inputs.httpProxy, environment)) log.mask(secret);
  checkEndpointVariables(environment);
  if (variable(environment, 'NODE_TLS_REJECT_UNAUTHORIZED') === '0') log.warning(UNCHECKED_TLS);
  const asked = requestedMaxAttempts(inputs.maxAttempts, environment);
  const proxies = readProxies(inputs.httpProxy, environment);
  return { proxies, maxAttempts: asked ?? DEFAULT_MAX_ATTEMPTS, requestedMaxAttempts: asked };
}

const UNCHECKED_TLS =
  'NODE_TLS_REJECT_UNAUTHORIZED is 0, so this step does not check that it talks to AWS: whoever is on the way can read its ' +
  'credentials. Remove the variable. NODE_EXTRA_CA_CERTS adds a CA of your own.';

/** What the log says of the client config. */
export function describeClientConfig({ proxies, maxAttempts }: ClientConfig): string {
  const count = maxAttempts === 1 ? '1 attempt' : `up to ${maxAttempts} attempts`;
  // The agent of EKS Pod Identity has other limits.
  const attempts = `${count} for each call to AWS`;
  const proxy = proxies?.https ?? proxies?.http;
  return proxy === undefined ? attempts : `${attempts}, proxy ${proxy.shown} (${proxy.origin})`;
}

/**
 * The network settings of an AWS client: deadlines, the proxy, and the SDK's retries, each with a line in the log. A retry
 * strategy counts the retries of its client, so every client needs its own.
 *
 * @param what what is called, as the start of a line of the log
 * @param report gets every retry, before its pause
 */
export async function sdkClientConfig(
  what: string,
  { proxies, maxAttempts }: ClientConfig,
  report: (retry: Retry) => void = (retry) => log.info(retryLine(retry)),
) {
  return {
    maxAttempts,
    requestHandler: await requestHandler(proxies),
    retryStrategy: new ReportingRetryStrategy(what, maxAttempts, report),
  };
}
