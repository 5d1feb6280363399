import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { MAXIMUM_RETRY_DELAY, StandardRetryStrategy } from '@smithy/core/retry';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { messageOf } from '../errors/failure.ts';
import * as log from '../runner/log.ts';
import { CONNECTION_MS, RESPONSE_MS } from '../time/limits.ts';
import { backoffMs, retryLine } from '../time/retry.ts';
import { proxyAgent, proxyFor, silentProxy } from './proxy.ts';

/** How the calls of this step go over the network. */
export type Network = {
  /** Input `http-proxy`; empty if it is not set. */
  httpProxy: string;
  /** Of each call. */
  maxAttempts: number;
};

/**
 * The network settings of an AWS client. Each client needs its own: a retry strategy counts the
 * retries of its client.
 *
 * @param what what is called, as the start of a line of the log
 * @param endMs no other attempt starts that could end later, by the clock of `performance`
 */
export function clientSettings(what: string, { httpProxy, maxAttempts }: Network, endMs: number) {
  return {
    maxAttempts,
    requestHandler: requestHandler(httpProxy),
    retryStrategy: loggingRetryStrategy(what, maxAttempts, endMs),
  };
}

/**
 * The SDK decides what is retried, and draws a pause only before a retry: then the log gets its
 * line.
 */
function loggingRetryStrategy(what: string, maxAttempts: number, endMs: number) {
  let baseMs = 0;
  let failed: Parameters<StandardRetryStrategy['refreshRetryTokenForRetry']>[1];

  const backoff = {
    setDelayBase: (ms: number) => {
      baseMs = ms;
    },
    computeNextBackoffDelay: (retries: number) => {
      const pauseMs = backoffMs(retries + 1, { baseMs, capMs: MAXIMUM_RETRY_DELAY });
      const nextEndMs = performance.now() + pauseMs + RESPONSE_MS;
      if (nextEndMs > endMs) throw failed.error;

      const progress = `attempt ${retries + 1} of ${maxAttempts}`;
      log.info(retryLine(`${what}: ${messageOf(failed.error)}`, progress, pauseMs));
      return pauseMs;
    },
  };

  const strategy = new StandardRetryStrategy({ maxAttempts, backoff });
  const refresh = strategy.refreshRetryTokenForRetry.bind(strategy);

  strategy.refreshRetryTokenForRetry = (token, info) => {
    failed = info;
    return refresh(token, info);
  };

  return strategy;
}

const OPTIONS = {
  connectionTimeout: CONNECTION_MS,
  requestTimeout: RESPONSE_MS,
  // Without it, the handler only warns.
  throwOnRequestTimeout: true,
};

/**
 * Sends each request through the proxy for its address, if there is one, and ends a response that
 * does not end.
 */
function requestHandler(httpProxy: string) {
  const direct = new NodeHttpHandler(OPTIONS);
  const handler = new NodeHttpHandler(OPTIONS);

  handler.handle = async (request, options) => {
    const endMs = performance.now() + RESPONSE_MS;
    const proxy = proxyFor(request, httpProxy);
    const agent = proxy && (await proxyAgent(proxy, request.hostname));
    const sender = agent
      ? new NodeHttpHandler({ ...OPTIONS, httpAgent: agent, httpsAgent: agent })
      : direct;
    const result = await sender.handle(request, options).catch((error: Error) => {
      const isSilent = proxy !== undefined && error.name === 'TimeoutError';
      throw isSilent ? silentProxy(proxy, request.hostname, error) : error;
    });

    // A response that began and does not end. The SDK takes an error of this name for transient.
    const late = new Error(`the response was not complete within ${RESPONSE_MS / 1000} s`);
    late.name = 'TimeoutError';

    const { body } = result.response;
    const timer = setTimeout(() => body.destroy(late), endMs - performance.now());
    body.on('close', () => clearTimeout(timer));

    result.response.body = Readable.from(bounded(body), { objectMode: false });
    return result;
  };

  return handler;
}

/** How much of a response is read, in bytes. The longest one that is meant has a few kilobytes. */
export const LONGEST_RESPONSE = 1_000_000;

async function* bounded(body: AsyncIterable<Buffer>) {
  let bytes = 0;

  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > LONGEST_RESPONSE) throw new Error('the response is longer than 1 MB');

    yield chunk;
  }
}

/**
 * Keeps NODE_USE_ENV_PROXY from sending requests to the Pod Identity agent and the instance
 * metadata through a proxy: they carry tokens and keys in clear text. Only agents that node makes
 * by itself read the variable.
 */
export function ignoreEnvProxy() {
  const options = { keepAlive: true, timeout: 5_000 };

  http.globalAgent = new http.Agent(options);
  https.globalAgent = new https.Agent(options);
}

/** Node checks no certificates with this setting. It is often left over from a test. */
export function warnOfUncheckedTls(env = process.env) {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return;

  log.warning(
    'NODE_TLS_REJECT_UNAUTHORIZED is 0, so this step does not check that it talks to AWS. ' +
      'Remove the variable. To trust another certificate authority, set NODE_EXTRA_CA_CERTS.',
  );
}
