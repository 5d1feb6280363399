import { types } from 'node:util';
import { singleLine } from '../runner/log.ts';

/** Where something failed: only the known errors of this area are compared with it. */
export type Area = 'pod-identity' | 'credentials' | 'ecr' | 'client';

/** What fills the `<placeholders>` in the text of a known error, by name. */
export type Facts = Record<string, string | undefined>;

/** What the code knows of the situation. A known error can require it. */
export type Situation = Record<string, string | number | undefined>;

export type FailureOptions = ErrorOptions & {
  area?: Area;
  /** The ID of a known error. Without it, one is looked for in the area. */
  knownError?: string;
  /** Foreign text that recognizes the failure and is not shown, such as error codes. */
  details?: string;
  situation?: Situation;
  facts?: Facts;
  /** Commands to copy that only the code knows, shown after those of the known error. */
  commands?: string[];
};

/**
 * An error for the user. Its message says what failed, on one line. `explain` adds the cause and
 * the remedy.
 */
export class Failure extends Error {
  readonly options: FailureOptions;

  constructor(message: string, options: FailureOptions = {}) {
    super(singleLine(message), options);
    this.options = options;
  }
}

/** Throws if there are errors: the only one as it is, several as one. */
export function throwAll(errors: unknown[]) {
  if (errors.length > 1) throw new AggregateError(errors);
  if (errors.length === 1) throw errors[0];
}

/**
 * The message of what was thrown, on one line. The message of a service begins with its exception:
 * `AccessDeniedException: …`.
 */
export function messageOf(error: unknown) {
  if (error instanceof Failure) return error.message;

  const causes = causesOf(error);
  const [first] = causes;
  if (first === undefined) return singleLine(String(error));

  // The AWS SDK notes the HTTP status on what it throws.
  const { $metadata } = first as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;

  for (const cause of causes) {
    const message = plainMessage(cause, status);
    if (message !== '') return singleLine(exceptionOf(cause) + message);
  }
  return status === undefined ? first.name : `HTTP ${status} without a message`;
}

/** Names, messages and system error codes of an error and its causes, one per line. */
export function detailsOf(error: unknown) {
  return causesOf(error)
    .flatMap((cause) => [cause.name, cause.message, 'code' in cause ? String(cause.code) : ''])
    .filter((text) => text !== '')
    .map((text) => singleLine(String(text)))
    .join('\n');
}

/** How many errors of a chain of causes are looked at. A chain can be a circle. */
const LONGEST_CHAIN = 4;

/**
 * The error and its causes. If several addresses of a host failed, the first failure says as much
 * as all of them.
 */
function causesOf(error: unknown) {
  const chain: Error[] = [];
  let next = error;

  while (types.isNativeError(next) && chain.length < LONGEST_CHAIN) {
    chain.push(next);
    next = next instanceof AggregateError ? next.errors[0] : next.cause;
  }
  return chain;
}

/** The start of the message of a service exception: its name, unless the message contains it. */
function exceptionOf(error: Error) {
  const isComplete = !('$fault' in error) || String(error.message).includes(error.name);

  return isComplete ? '' : `${error.name}: `;
}

/** The message of an error, empty if it says nothing. The SDK writes its own for programmers. */
function plainMessage(error: Error, status = 0) {
  // What a service sends as its message can be of any type.
  const [message = '', ...added] = String(error.message).split('Deserialization error: ');

  // The SDK cannot read what a load balancer answers.
  const isUnread = added.length > 0 && status >= 400;
  if (isUnread || /^Unknown(?:Error)?$/.test(message)) return '';

  const [, ms] = /(?<!\d)(\d{1,9}) ?ms/.exec(message) ?? [];
  const seconds = Number(ms) / 1000;
  if (message.includes('did not establish a connection'))
    return `no connection within ${seconds} s`;
  if (message.includes('requestTimeout')) return `no response within ${seconds} s`;

  // Node quotes what it cannot parse, and that can hold a key.
  if (message.includes('is not valid JSON')) return 'the response is not valid JSON';
  if (message.includes('Cannot read properties of null')) return 'the response has another format';
  return message;
}
