import { type Environment, variable } from '../environment.ts';
import { Failure } from '../failure/failure.ts';
import { singleLine } from '../safe-text.ts';

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
 * Throws a Failure that names the input or variable whose value is no URL of a proxy. Its text holds no password.
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

/** What the log must not show of the proxies, in every form in which it occurs. */
export function proxySecrets({ https, http }: Proxies): readonly string[] {
  return [https, http].flatMap((proxy) => (proxy === undefined ? [] : secretsOf(new URL(proxy.url))));
}

function fromVariables(names: readonly string[], environment: Environment): NamedProxy | undefined {
  const name = names.find((one) => variable(environment, one)?.trim());
  if (name === undefined) return undefined;
  return readProxy(variable(environment, name)?.trim() ?? '', `variable ${name}`);
}

function readProxy(text: string, origin: string): NamedProxy {
  // Without a scheme it is a host, as curl reads it.
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '' || !decodes(url)) {
    const shown = singleLine(text.replace(/^(\w*:\/\/)?.*@/s, '$1***@'));
    throw new Failure({
      what: `The proxy that ${origin} names, '${shown}', is no URL of a proxy.`,
      remedy:
        'Write it as http://host:port, or http://user:password@host:port with special characters as %XX.',
    });
  }
  return { url: url.href, shown: `${url.protocol}//${url.host}`, origin };
}

function decodes({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** Text of this action's own lines. A user name that is a part of it stays readable, or those lines would not. */
const OWN_WORDS = "https://the proxy of input 'http-proxy'";

function secretsOf({ username, password }: URL): readonly string[] {
  if (username === '' && password === '') return [];
  const plain = [decodeURIComponent(username), decodeURIComponent(password)] as const;
  const userNames = [username, plain[0]].filter(
    (name) => name.length > 3 && !OWN_WORDS.includes(name.toLowerCase()),
  );
  const joined = plain.join(':');
  // The last is how it goes over the wire, in the header Proxy-Authorization.
  return [
    password,
    plain[1],
    `${username}:${password}`,
    joined,
    Buffer.from(joined).toString('base64'),
    ...userNames,
  ];
}
