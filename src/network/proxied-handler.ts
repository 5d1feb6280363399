import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { describeError } from '../errors/describe.ts';
import { withVariables } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';
import { DeadlineHandler, HANDLER_OPTIONS } from './deadline-handler.ts';
import type { NamedProxy, Proxies } from './proxy.ts';

// Loaded only where a proxy is named: it brings the libraries for it.

type Handle = DeadlineHandler['handle'];

/** Sends the calls of an AWS client through a proxy, where one is named for the address that a call goes to. */
export class ProxiedHandler extends DeadlineHandler {
  readonly #proxies: Proxies;

  constructor(proxies: Proxies) {
    super();
    this.#proxies = proxies;
  }

  /** Throws a ProxyError where the proxy, or what it leads to, does not answer. */
  override async handle(...[request, options]: Parameters<Handle>): ReturnType<Handle> {
    const host = request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`;
    const proxy = proxyFor(`${request.protocol}//${host}/`, this.#proxies);
    return proxy === undefined ? super.handle(request, options) : throughProxy(proxy, host, request, options);
  }
}

/** The proxy that a URL is asked for through; undefined means directly. */
export function proxyFor(url: string, { https, http, noProxy }: Proxies): NamedProxy | undefined {
  const proxy = url.startsWith('https:') ? https : http;
  if (proxy === undefined) return undefined;
  // Which addresses NO_PROXY means is the library's to know; which proxy it would choose is settled already.
  const variables = { https_proxy: proxy.url, http_proxy: proxy.url, no_proxy: noProxy };
  const unset = { HTTPS_PROXY: undefined, HTTP_PROXY: undefined, NO_PROXY: undefined };
  return withVariables({ ...unset, ...variables }, () => getProxyForUrl(url)) === '' ? undefined : proxy;
}

/** A call makes a handful of requests: each gets an agent of its own, which then knows how far this one came. */
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

/** The proxy's own answer, where it is not the connection that it was asked for. */
class ProxyRefusal extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, statusText: string) {
    super(singleLine(`${statusCode} ${statusText}`));
    this.statusCode = statusCode;
  }
}

/** A call that went through a proxy and got no answer. */
export class ProxyError extends Error {
  /** Where it has a value, the SDK tries the call again; so it does for a cause that passes by itself. */
  readonly $retryable?: { readonly throttling: boolean };

  constructor(message: string, cause: unknown, passes: boolean) {
    super(message, { cause });
    this.name = 'ProxyError';
    if (passes) this.$retryable = { throttling: false };
  }
}

function proxyError(proxy: NamedProxy, host: string, connected: boolean, cause: unknown): ProxyError {
  const name = `The proxy ${proxy.shown} (${proxy.origin})`;
  const { message } = describeError(cause);
  if (cause instanceof ProxyRefusal) {
    const { statusCode } = cause;
    const passes = statusCode === 408 || statusCode === 429 || statusCode >= 500;
    return new ProxyError(`${name} refused the connection to ${host}: ${message}`, cause, passes);
  }
  if (connected)
    return new ProxyError(`${name} let the call to ${host} through, which failed: ${message}`, cause, false);
  // What has no code is a connection that ended before the proxy had said anything.
  const cut = cause instanceof Error && !('code' in cause);
  return new ProxyError(`${name} cannot be reached: ${message}`, cause, cut);
}
