import { type Environment, variable } from '../runner/environment.ts';
import { parseProxyUrl } from './proxy.ts';

/** The variables that name a proxy to anything that this action runs, in both of their spellings. */
const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);

/**
 * The secrets in the proxy URLs of the input and the variables: user and password as written and decoded, both together,
 * and their base64, which is how the header `Proxy-Authorization` has them. Proxies that this action does not use count
 * as well: a container client reads the variables itself, and quotes them when it fails.
 *
 * @param input the value of the input `http-proxy`, empty where it was not given
 */
export function proxySecrets(input: string, environment: Environment): readonly string[] {
  const texts = [input, ...VARIABLES.map((name) => variable(environment, name) ?? '')];
  return [...new Set(texts.flatMap((text) => secretsOf(text.trim())))];
}

/** User and password as written. One of `/`, `?`, `#` and `@` can be in a password that is not escaped. */
const BEFORE_LAST_AT = /^(?:[\w+.-]+:\/\/)?([^:]*):?(.*)@/s;

/** As written, and as parsed: the parser ignores more slashes than two and a line break, and encodes characters. */
function secretsOf(text: string): readonly string[] {
  const [, user = '', password = ''] = BEFORE_LAST_AT.exec(text) ?? [];
  const url = parseProxyUrl(text);
  return [...formsOf(user, password), ...(url === null ? [] : formsOf(url.username, url.password))];
}

function formsOf(user: string, password: string): readonly string[] {
  if (user === '' && password === '') return [];
  const plain = [decoded(user), decoded(password)] as const;
  const passwords = [password, plain[1], `${user}:${password}`, plain.join(':'), base64(plain.join(':'))];
  return [...passwords, ...[user, plain[0]].filter(isMaskable)].filter((secret) => secret !== '');
}

/** The log's own text about a proxy. */
const OWN_TEXT = "https://the proxy of input 'http-proxy'";

/** A user name that is short, or a word of the log's own text, stays readable: the log could not be read without it. */
function isMaskable(user: string): boolean {
  return user.length > 3 && !OWN_TEXT.includes(user.toLowerCase());
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
