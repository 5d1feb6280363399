import { types } from 'node:util';
import { cut, singleLine } from '../runner/safe-text.ts';
import { plainSdkMessage } from './sdk-messages.ts';

/** What is known of an error that was thrown. */
export type ErrorText = {
  /** For the user. */
  readonly message: string;
  /** For recognizing the error: names, messages, system error codes and HTTP status codes of it and its causes, one per line. */
  readonly details: string;
};

/** How deep causes are followed; deeper ones add nothing new. */
const MAX_CAUSES = 4;

/** Longest message that is read, in UTF-16 code units; less of it is quoted. */
const MAX_MESSAGE_LENGTH = 8_000;

/**
 * Describes anything that was thrown. The message starts with the exception's name where it is the service's own
 * (`AccessDeniedException: …`).
 */
export function describeError(error: unknown): ErrorText {
  if (!types.isNativeError(error)) return { message: singleLine(String(error)), details: '' };
  const chain = causesOf(error);
  const details = chain.flatMap(({ name, message, ...rest }) => [name, message, ...codesIn(rest)]);
  return {
    message: singleLine(plainSdkMessage(messageFor(error, chain))),
    details: details.map(singleLine).join('\n'),
  };
}

type Described = { readonly name: string; readonly message: string; readonly error: Error };

function causesOf(error: Error): readonly Described[] {
  const chain: Described[] = [];
  let next: unknown = error;
  while (types.isNativeError(next) && chain.length < MAX_CAUSES) {
    // A message can be whatever a service has sent, of any type and length.
    chain.push({ name: next.name, message: cut(String(next.message), MAX_MESSAGE_LENGTH), error: next });
    // Where several addresses of one host failed, the first failure says as much as all of them.
    next = next instanceof AggregateError ? next.errors[0] : next.cause;
  }
  return chain;
}

function codesIn({ error }: Pick<Described, 'error'>): readonly string[] {
  const status = httpStatus(error);
  return [
    ...('code' in error && typeof error.code === 'string' ? [error.code] : []),
    ...(status === undefined ? [] : [`HTTP ${status}`]),
  ];
}

function messageFor(error: Error, chain: readonly Described[]): string {
  const status = httpStatus(error);
  const telling = chain.find(({ message }) => message !== '' && !saysNothing(message, status));
  if (telling === undefined) return status === undefined ? error.name : `HTTP ${status} without a message`;
  // Node quotes a piece of the response here, and a key may be in it.
  if (telling.name === 'SyntaxError') return 'the response is not valid JSON';
  const isService = /(?:Exception|Error)$/.test(telling.name) || httpStatus(telling.error) !== undefined;
  const isPlain = /^(?:\w*Provider)?Error$|^(?:Type|Range|Aggregate|Deadline|Timeout|Proxy)Error$/.test(
    telling.name,
  );
  return isService && !isPlain && !telling.message.includes(telling.name)
    ? `${telling.name}: ${telling.message}`
    : telling.message;
}

/** Whether a message is one that the SDK makes up for a response it does not understand, such as a load balancer's page. */
function saysNothing(message: string, status: number | undefined): boolean {
  if (/^Unknown(?:Error)?$/.test(message)) return true;
  return (status ?? 0) >= 400 && message.includes('Deserialization error');
}

/** The HTTP status that the AWS SDK notes on what it throws. */
function httpStatus(error: Error): number | undefined {
  const metadata =
    '$metadata' in error ? (error.$metadata as { httpStatusCode?: unknown } | undefined) : undefined;
  return typeof metadata?.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
