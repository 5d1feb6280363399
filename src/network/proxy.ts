import { Failure } from '../errors/failure.ts';
import { type Environment, variable } from '../runner/environment.ts';

/** A proxy, and where it was set. */
export type NamedProxy = {
  /** The whole URL, with user and password where it has them: never to be printed. */
  readonly url: string;
  /** The URL without user and password. */
  readonly shown: string;
  /** The input or the variable that set it, as the log names it. */
  readonly origin: string;
};

/** The proxies of this step. Which of them a call uses, if any, depends on its address. */
export type Proxies = {
  /** For `https:` addresses, as all of AWS are. */
  readonly https: NamedProxy | undefined;
  /** For `http:` addresses. */
  readonly http: NamedProxy | undefined;
  /** Where no proxy is used: the text of `NO_PROXY`, if it is set. */
  readonly noProxy: string | undefined;
};

/**
 * The variables that can set a proxy, in order of preference. Lower case comes first, as in curl. Most programs do not
 * read the last two for `https:`; the action that this one replaces does.
 */
const VARIABLES = {
  https: ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'],
  http: ['http_proxy', 'HTTP_PROXY'],
} as const;

/**
 * The proxies that the input, else the environment, sets; undefined if neither sets one.
 * Throws a Failure that names the input or variable with an invalid URL, without quoting it.
 *
 * @param input the value of the input `http-proxy`, empty where it was not given
 */
export function readProxies(input: string, environment: Environment): Proxies | undefined {
  const noProxy = variable(environment, 'no_proxy') ?? variable(environment, 'NO_PROXY');
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
  for (const name of names) {
    const text = variable(environment, name)?.trim();
    if (text) return readProxy(text, `variable ${name}`);
  }
  return undefined;
}

function readProxy(text: string, origin: string): NamedProxy {
  const url = parseProxyUrl(text);
  if (url === null) throw invalidProxy(origin, 'invalid host or port');
  const fault = faultOf(url);
  if (fault !== undefined) throw invalidProxy(origin, fault);
  return { url: url.href, shown: `${url.protocol}//${url.host}`, origin };
}

/** Reads a proxy as curl does: without a scheme it is a host. Returns null for what is not a URL of any kind. */
export function parseProxyUrl(text: string): URL | null {
  return URL.parse(text.includes('://') ? text : `http://${text}`);
}

/** Why a URL is not that of a proxy; undefined if it is. */
function faultOf({ protocol, username, password, pathname, search, hash }: URL): string | undefined {
  if (!['http:', 'https:'].includes(protocol)) return 'scheme is not http or https';
  // Such a character ends the host: the parser took the user for the host and a part of the password for the port.
  if (`${pathname}${search}${hash}`.includes('@')) return "'/', '?' or '#' before the '@'";
  if (!decodes(username + password)) return "invalid '%' in user or password";
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

/** Quotes nothing of the URL: where its parts cannot be told apart, each can be a piece of the password. */
function invalidProxy(origin: string, fault: string): Failure {
  return new Failure({ what: `Invalid proxy URL in ${origin}: ${fault}.`, knownError: 'proxy-url-invalid' });
}
