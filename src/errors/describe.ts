import { types } from 'node:util';
import { cut, singleLine } from '../runner/safe-text.ts';
import { plainSdkMessage } from './sdk-messages.ts';

/** What an error says, in two parts: its words for people, and the signs that a program can tell it by. */
export type ErrorText = { readonly words: string; readonly signs: string };

/** How deep causes are followed; deeper ones say nothing new. */
const DEEPEST_CAUSE = 4;

/** Longest message that is looked at, in UTF-16 code units; less of it is quoted. */
const LONGEST_MESSAGE = 8_000;

/**
 * Takes from anything that was thrown what there is to say of it. The words lead with the exception's name, where it
 * is the service's own (`AccessDeniedException: …`); the signs are the names, the codes of the system and the HTTP
 * status of the error and of its causes, one a line.
 */
export function describeError(error: unknown): ErrorText {
  if (!types.isNativeError(error)) return { words: singleLine(String(error)), signs: '' };
  const chain = causesOf(error);
  const signs = chain.flatMap(({ name, message, ...rest }) => [name, message, ...signsIn(rest)]);
  return { words: singleLine(plainSdkMessage(wordsFor(chain))), signs: signs.map(singleLine).join('\n') };
}

type Described = { readonly name: string; readonly message: string; readonly error: Error };

function causesOf(error: Error): readonly Described[] {
  const chain: Described[] = [];
  let next: unknown = error;
  while (types.isNativeError(next) && chain.length < DEEPEST_CAUSE) {
    // A message is what a service has sent, of whatever type and length.
    chain.push({ name: next.name, message: cut(String(next.message), LONGEST_MESSAGE), error: next });
    // Where several addresses of one host were tried, the first failure says as much as all of them.
    next = next instanceof AggregateError ? next.errors[0] : next.cause;
  }
  return chain;
}

function signsIn({ error }: Pick<Described, 'error'>): readonly string[] {
  const status = httpStatus(error);
  return [
    ...('code' in error && typeof error.code === 'string' ? [error.code] : []),
    ...(status === undefined ? [] : [`HTTP ${status}`]),
  ];
}

function wordsFor(chain: readonly Described[]): string {
  const first = chain[0];
  const status = first && httpStatus(first.error);
  const said = chain.find(({ message }) => message !== '' && !isWithoutWords(message, status));
  if (said === undefined)
    return status === undefined ? (first?.name ?? '') : `HTTP ${status}, without a message`;
  // Node's own words quote a piece of the answer, and a key may be in it.
  if (said.name === 'SyntaxError') return 'the answer is not valid JSON';
  const isService = /(?:Exception|Error)$/.test(said.name) || httpStatus(said.error) !== undefined;
  const plain = /^(?:\w*Provider)?Error$|^(?:Type|Range|Aggregate|Deadline|Timeout|Proxy)Error$/.test(
    said.name,
  );
  return isService && !plain && !said.message.includes(said.name)
    ? `${said.name}: ${said.message}`
    : said.message;
}

/** Words of the SDK's own for an answer with none that it understands, such as the page of a load balancer. */
function isWithoutWords(message: string, status: number | undefined): boolean {
  if (/^Unknown(?:Error)?$/.test(message)) return true;
  return status !== undefined && status >= 400 && message.includes('Deserialization error');
}

/** The HTTP status that the SDK of AWS notes on what it throws. */
function httpStatus(error: Error): number | undefined {
  const metadata =
    '$metadata' in error ? (error.$metadata as { httpStatusCode?: unknown } | undefined) : undefined;
  return typeof metadata?.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
