import { types } from 'node:util';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { describeError } from '../errors/describe.ts';
import { withVariables } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';
import { DeadlineHandler, HANDLER_OPTIONS } from './deadline-handler.ts';
import type { NamedProxy, Proxies } from './proxy.ts';

// Loaded only if a proxy is set: it brings the libraries for it.

type Handle = DeadlineHandler['handle'];

/** Sends the calls of an AWS client through the proxy for their address, if there is one. */
export class ProxiedHandler extends DeadlineHandler {
  readonly #proxies: Proxies;

  constructor(proxies: Proxies) {
    super();
    this.#proxies = proxies;
  }

  /** Throws a ProxyError if the call goes through a proxy and gets no response. */
  override async handle(...[request, options]: Parameters<Handle>): ReturnType<Handle> {
    const host = request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`;
    const proxy = proxyFor(`${request.protocol}//${host}/`, this.#proxies);
    return proxy === undefined ? super.handle(request, options) : throughProxy(proxy, host, request, options);
  }
}

/** The proxy for a URL; undefined if the URL is requested directly. */
export function proxyFor(url: string, { https, http, noProxy }: Proxies): NamedProxy | undefined {
  const proxy = url.startsWith('https:') ? https : http;
  if (proxy === undefined) return undefined;
  // The library decides what NO_PROXY matches; which proxy to use is decided already.
  const variables = { https_proxy: proxy.url, http_proxy: proxy.url, no_proxy: noProxy, NO_PROXY: noProxy };
  return withVariables(variables, () => getProxyForUrl(url)) === '' ? undefined : proxy;
}

/** Each request gets an agent of its own, so that it is known how far the request came. */
async function throughProxy(
  proxy: NamedProxy,
  host: string,
  ...args: Parameters<Handle>
): ReturnType<Handle> {
  let connected = false;
  const agent = new HttpsProxyAgent(proxy.url);
  agent.on('proxyConnect', ({ statusCode, statusText }: { statusCode: number; statusText: string }) => {
    if (statusCode !== 200) throw new ProxyRefusal(statusCode, statusText);
    connected = true;
  });
  try {
    return await new DeadlineHandler({ ...HANDLER_OPTIONS, httpAgent: agent, httpsAgent: agent }).handle(
      ...args,
    );
  } catch (error) {
    if (args[1]?.abortSignal?.aborted) throw error;
    throw proxyError(proxy, host, connected, error);
  }
}

/** The proxy's response to CONNECT if it does not open the tunnel. */
class ProxyRefusal extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, statusText: string) {
    super(singleLine(`${statusCode} ${statusText}`));
    this.statusCode = statusCode;
  }
}

/** A call that went through a proxy and got no response. */
export class ProxyError extends Error {
  /** If set, the SDK retries the call; it also does so for a transient cause. */
  readonly $retryable?: { readonly throttling: boolean };

  constructor(message: string, cause: unknown, isTransient: boolean) {
    super(message, { cause });
    this.name = 'ProxyError';
    if (isTransient) this.$retryable = { throttling: false };
  }
}

function proxyError(proxy: NamedProxy, host: string, connected: boolean, cause: unknown): ProxyError {
  const name = `The proxy ${proxy.shown} (${proxy.origin})`;
  const { message } = describeError(cause);
  if (cause instanceof ProxyRefusal) {
    const { statusCode } = cause;
    const isTransient = statusCode === 408 || statusCode === 429 || statusCode >= 500;
    return new ProxyError(`${name} refused the connection to ${host}: ${message}`, cause, isTransient);
  }
  if (connected)
    return new ProxyError(`${name} let the call to ${host} through, which failed: ${message}`, cause, false);
  // An error without a code is a connection that ended before the proxy responded.
  const cut = types.isNativeError(cause) && !('code' in cause);
  return new ProxyError(`${name} cannot be reached: ${message}`, cause, cut);
}
