import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

/**
 * Longest answer that is read, in bytes. The agent's has about 2 KB; the longest that is asked for, ECR's with the tokens
 * of ten registries, has about 30 KB. What goes on after this is none of theirs, whatever it is.
 */
export const LONGEST_ANSWER = 1_000_000;

/** An answer that was cut off. It holds for every try, so nothing in it makes the SDK ask again. */
export class AnswerTooLong extends Error {
  /** Where there is such a property, the SDK adds no words of its own, and no status to go by. */
  readonly $metadata = {};

  constructor() {
    super(`the answer is longer than ${LONGEST_ANSWER / 1_000_000} MB`);
  }
}

/**
 * Bounds every answer that this process gets over HTTP, from now on. A deadline alone does not bound it, since gigabytes
 * can come in some seconds; and the SDK's providers of credentials make their requests in ways that take no limit.
 */
export function limitAnswers(): void {
  // Node tells of each answer before anybody has read of it.
  subscribe('http.client.response.finish', (message) =>
    limitAnswer((message as { response: IncomingMessage }).response),
  );
}

/**
 * Bounds an answer of which nothing has been read yet: where it is longer, it ends with AnswerTooLong, and its
 * connection with it. It is counted where node puts it in, since a listener for data would set it flowing before its reader
 * is there.
 */
export function limitAnswer(answer: IncomingMessage): void {
  const push = answer.push.bind(answer);
  let size = 0;
  answer.push = (chunk: Buffer | null, encoding) => {
    size += chunk?.length ?? 0;
    if (size <= LONGEST_ANSWER) return push(chunk, encoding);
    answer.destroy(new AnswerTooLong());
    return false;
  };
}
