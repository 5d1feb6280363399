import { Failure, messageOf } from '../errors/failure.ts';
import { nameSettings } from '../runner/job-hook.ts';
import * as log from '../runner/log.ts';

/**
 * A proxy, and the input or the variable that names it. The URL can contain a password: it is never
 * printed.
 */
type Proxy = { url: URL; origin: string };

/**
 * A call that the proxy did not let through. The SDK retries it if the error says so, or if its
 * cause is transient.
 */
function proxyError(message: string, isTransient: boolean, cause?: unknown) {
  const error = Object.assign(new Error(message, { cause }), { name: 'ProxyError' });

  return isTransient ? Object.assign(error, { $retryable: { throttling: false } }) : error;
}

const nameOf = ({ url, origin }: Proxy) => `The proxy ${url.protocol}//${url.host} (${origin})`;

/**
 * A call that was given up, since nothing came through the proxy in time. The service can be the
 * cause, but rarely is.
 */
export function silentProxy(proxy: Proxy, host: string, error: Error) {
  const message = `${nameOf(proxy)} passed on nothing from ${host}: ${messageOf(error)}`;

  return proxyError(message, true, error);
}

/** An agent whose errors name the proxy. */
export async function proxyAgent(proxy: Proxy, host: string) {
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const agent = new HttpsProxyAgent(proxy.url);
  const connect = agent.connect.bind(agent);

  const name = nameOf(proxy);
  const noHttp = `${name} did not answer with HTTP`;

  agent.connect = async (request, options) => {
    let response = { statusCode: 0, statusText: '' };
    request.once('proxyConnect', (answer: typeof response) => {
      response = answer;
    });

    const socket = await connect(request, options).catch((error: unknown) => {
      const words = messageOf(error);
      const isHttp = !/^(?:No|Invalid) header/.test(words);
      // Without a code, the proxy closed the connection before it answered.
      const isCut = error instanceof Error && !('code' in error);
      throw proxyError(isHttp ? `${name} cannot be reached: ${words}` : noHttp, isCut, error);
    });

    const { statusCode, statusText } = response;
    if (statusCode === 200) return socket;

    socket.destroy();
    if (Number.isNaN(statusCode)) throw proxyError(noHttp, true);

    const isTransient = statusCode === 408 || statusCode === 429 || statusCode >= 500;
    const refusal = `refused the connection to ${host}: ${statusCode} ${statusText}`;
    throw proxyError(`${name} ${refusal}`, isTransient);
  };

  return agent;
}

/**
 * Lower case comes first, as in curl. Most programs do not read the last two for `https:`;
 * amazon-ecr-login does.
 */
const PROXY_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

/**
 * The proxy for an address, by the input, else by the variables. Throws a Failure if that is not a
 * proxy URL.
 */
export function proxyFor(
  { protocol, hostname, port }: { protocol: string; hostname: string; port?: number | undefined },
  input: string,
  env = process.env,
) {
  const isSecure = protocol === 'https:';
  if (isExcluded(hostname, port ?? (isSecure ? 443 : 80), env)) return undefined;

  if (input !== '') return parseProxy(input, nameSettings("input 'http-proxy'"));

  for (const name of PROXY_VARIABLES.slice(isSecure ? 0 : 2)) {
    const text = env[name]?.trim();
    if (text) return parseProxy(text, `variable ${name}`);
  }
  return undefined;
}

/**
 * Whether NO_PROXY excludes a host. A name, also with a dot or `*.` in front, stands for its
 * subdomains, too.
 */
function isExcluded(host: string, port: number, env: NodeJS.ProcessEnv) {
  const list = env['no_proxy'] || env['NO_PROXY'] || '';
  const entries = list.toLowerCase().split(/[,\s]+/);

  return entries.some((entry) => {
    const [, name = entry, ownPort = port] = /^(.+):(\d+)$/.exec(entry) ?? [];
    if (Number(ownPort) !== port) return false;

    return name === '*' || `.${host}`.endsWith(`.${name.replace(/^\*?\.?/, '')}`);
  });
}

/**
 * Reads a proxy as curl does: without a scheme it is a host.
 * Throws a Failure if it is not a proxy URL. Nothing of it is quoted: each part can be one of a
 * password.
 */
export function parseProxy(text: string, origin: string) {
  const trimmed = text.trim();
  const url = URL.parse(trimmed.includes('://') ? trimmed : `http://${trimmed}`);

  const problem = url ? proxyProblem(url) : 'invalid host or port';
  if (url && problem === undefined) return { url, origin };

  throw new Failure(`Invalid proxy URL in ${origin}: ${problem}.`, {
    knownError: 'proxy-url-invalid',
  });
}

function proxyProblem(url: URL) {
  if (!/^https?:$/.test(url.protocol)) return 'the scheme is not http or https';
  // Such a character ends the host, so a part of the password was taken for the port.
  const afterHost = url.pathname + url.search + url.hash;
  if (afterHost.includes('@')) return "'/', '?' or '#' before the '@'";

  const login = decoded(url.username + url.password);
  return login === undefined ? "invalid '%' in user or password" : undefined;
}

function decoded(text: string) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Without the `(?!\/)`, many slashes would take quadratic time. */
const USER_AND_PASSWORD = /^(?:[\w+.-]+:\/+(?!\/))?([^:]*):(?!\/\/)(.*)@/s;

/**
 * The input, in a step and in a job hook, and all variables: container clients read and quote
 * those, too.
 */
const HOLDERS = /^(?:input_http-proxy|(?:ecr_login_http|https?|all)_proxy)$/i;

/**
 * Masks the passwords of all proxies. A user name is not masked: it can be a word that the whole
 * log needs.
 */
export function maskProxyPasswords(env: NodeJS.ProcessEnv) {
  const holders = Object.keys(env).filter((name) => HOLDERS.test(name));

  for (const name of holders) {
    const [, user = '', password = ''] = USER_AND_PASSWORD.exec(env[name]?.trim() ?? '') ?? [];
    if (password === '') continue;

    const plain = decoded(password) ?? password;
    const login = Buffer.from(`${decoded(user) ?? user}:${plain}`).toString('base64');
    for (const secret of [password, plain, login]) log.mask(secret, 1);
  }
}
