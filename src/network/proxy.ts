import { Failure } from '../errors/failure.ts';
import { type Environment, variable } from '../runner/environment.ts';

/** A proxy, and who named it. */
export type NamedProxy = {
  /** The whole URL, with user and password where it has them: never to be printed. */
  readonly url: string;
  /** The URL without user and password. */
  readonly shown: string;
  /** The input or the variable that named it, in words. */
  readonly origin: string;
};

/** The proxies of this step; which of them a call takes, if any, is decided by where the call goes. */
export type Proxies = {
  /** For `https:` addresses, which AWS's all are. */
  readonly https: NamedProxy | undefined;
  /** For `http:` addresses. */
  readonly http: NamedProxy | undefined;
  /** Where no proxy is used: the text of `NO_PROXY`. */
  readonly noProxy: string;
};

/**
 * Where a proxy can be named by a variable, in the order of preference. The lower-case spelling comes first, as in
 * curl. The last two for `https:` are no general rule; the action this one stands in for reads them so.
 */
const VARIABLES = {
  https: ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'],
  http: ['http_proxy', 'HTTP_PROXY'],
} as const;

/**
 * The proxies that the input or else the environment asks for; undefined where neither asks for one.
 * Throws a Failure that names the input or variable whose value is no URL of a proxy, and quotes no more of it
 * than its scheme.
 *
 * @param input the value of the input `http-proxy`, empty where it was not given
 */
export function readProxies(input: string, environment: Environment): Proxies | undefined {
  const noProxy = variable(environment, 'no_proxy') ?? variable(environment, 'NO_PROXY') ?? '';
  const asked = input.trim();
  if (asked !== '') {
    const proxy = readProxy(asked, "input 'http-proxy'");
    return { https: proxy, http: proxy, noProxy };
  }
  const https = fromVariables(VARIABLES.https, environment);
  const http = fromVariables(VARIABLES.http, environment);
  return https === undefined ? undefined : { https, http, noProxy };
}

function fromVariables(names: readonly string[], environment: Environment): NamedProxy | undefined {
  const name = names.find((one) => variable(environment, one)?.trim());
  if (name === undefined) return undefined;
  return readProxy(variable(environment, name)?.trim() ?? '', `variable ${name}`);
}

function readProxy(text: string, origin: string): NamedProxy {
  const url = parseProxyUrl(text);
  if (url === null) throw malformed(text, origin, 'its host or its port is none');
  const fault = faultOf(url);
  if (fault !== undefined) throw malformed(text, origin, fault);
  return { url: url.href, shown: `${url.protocol}//${url.host}`, origin };
}

/** Reads a proxy as curl does: without a scheme it is a host. Gives null for what is no URL of any kind. */
export function parseProxyUrl(text: string): URL | null {
  return URL.parse(text.includes('://') ? text : `http://${text}`);
}

/** What keeps a URL from being one of a proxy, in words; undefined where nothing does. */
function faultOf({ protocol, username, password, pathname, search, hash }: URL): string | undefined {
  if (!/^https?:$/.test(protocol)) return 'its scheme is neither http nor https';
  // Then the host ended too early: what is left of it would be the user's name, and its port a piece of the password.
  if (`${pathname}${search}${hash}`.includes('@')) return "a '/', '?' or '#' stands before its '@'";
  if (!decodes(username + password)) return "a '%' in its user or password begins no %XX";
  return undefined;
}

function decodes(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Of the text the scheme alone is quoted: where its parts cannot be told, each can be a piece of the password. */
function malformed(text: string, origin: string, fault: string): Failure {
  const scheme = /^[a-z][a-z\d+.-]{0,15}:\/\//i.exec(text)?.[0] ?? '';
  return new Failure({
    what: `The proxy that ${origin} names, '${scheme}***', is no URL of a proxy: ${fault}.`,
    remedy:
      'Write it as http://host:port. Where the proxy wants a login, put user:password@ before the host, with special ' +
      'characters in them as %XX: / is %2F, ? is %3F, # is %23, @ is %40, % is %25.',
  });
}
