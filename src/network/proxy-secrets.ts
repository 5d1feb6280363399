import { type Environment, variable } from '../runner/environment.ts';
import { parseProxyUrl } from './proxy.ts';

/** The variables that name a proxy to anything that this action runs, in both of their spellings. */
const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);

/**
 * What the log must not show of the proxies that the input and the variables name, in every form in which it occurs.
 * Those that this action does not use count as well: a container client is led by the variables, whatever the input
 * says, and quotes them where it fails. So do values that are no URL, as far as a login can be told in them.
 *
 * @param input the value of the input `http-proxy`, empty where it was not given
 */
export function proxySecrets(input: string, environment: Environment): readonly string[] {
  const texts = [input, ...VARIABLES.map((name) => variable(environment, name) ?? '')];
  return [...new Set(texts.flatMap((text) => secretsOf(text.trim())))].filter((secret) => secret !== '');
}

function secretsOf(text: string): readonly string[] {
  const url = parseProxyUrl(text);
  const written = text.replace(/^[\w+.-]*:\/\//, '');
  const end = written.lastIndexOf('@');
  if (end < 0) return url === null ? secretsWithoutHost(written) : [];
  const { username, password } = splitLogin(written.slice(0, end));
  // As written, which is how others quote it, and as it is sent, with all that is special as %XX.
  const asSent = url === null ? [] : formsOf(url.username, url.password);
  return [...formsOf(username, password), ...partsTakenForPort(password), ...asSent];
}

function splitLogin(login: string): { readonly username: string; readonly password: string } {
  const colon = login.indexOf(':');
  if (colon < 0) return { username: login, password: '' };
  return { username: login.slice(0, colon), password: login.slice(colon + 1) };
}

/**
 * Where the host was forgotten, `http://user:password`, the password stands where a port would. A text with blanks in
 * it is something else, none of whose words is to be masked for the whole job.
 */
function secretsWithoutHost(text: string): readonly string[] {
  const { password } = splitLogin(text);
  return /^\d*$|\s/.test(password) ? [] : [password, ...partsTakenForPort(password)].filter(isNoMereWord);
}

/** The start of a password that has one of these characters as it is: a reader of URLs ends the host there. */
function partsTakenForPort(password: string): readonly string[] {
  const end = password.search(/[/?#\\]/);
  return end < 0 ? [] : [password.slice(0, end)].filter(isNoMereWord);
}

/** What is shorter is a part of many other words, and the log could not be read without them. */
function isNoMereWord(text: string): boolean {
  return text.length > 3;
}

/** Text of this action's own lines. A user name that is a part of it stays readable, or those lines would not. */
const OWN_WORDS = "https://the proxy of input 'http-proxy'";

function formsOf(username: string, password: string): readonly string[] {
  if (username === '' && password === '') return [];
  const plain = [decoded(username), decoded(password)] as const;
  const userNames = [username, plain[0]].filter(
    (name) => isNoMereWord(name) && !OWN_WORDS.includes(name.toLowerCase()),
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

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
