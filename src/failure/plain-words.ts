import { CALL_DEADLINES } from '../network/request-handler.ts';

const SECONDS = {
  connection: CALL_DEADLINES.connectionMs / 1000,
  answer: CALL_DEADLINES.answerMs / 1000,
};

/**
 * The SDK's words for a deadline of its HTTP handler that has passed, and what they mean. The last are of an answer
 * that the SDK can make nothing of: what it adds is for programmers.
 */
const PLAIN_WORDS: readonly (readonly [words: RegExp, plain: string])[] = [
  [/@smithy\S* - .*did not establish a connection.*/s, `no connection within ${SECONDS.connection} s`],
  [/@smithy\S* - .*exceeded the configured \d+ ms requestTimeout.*/s, `no answer within ${SECONDS.answer} s`],
  [/Cannot read properties of null \(reading '\w+'\)/, 'the answer is not of the required format'],
  [/\s{0,4}Deserialization error: to see the raw response.*/s, ' (in the answer)'],
];

/** Says in plain words what the SDK says of its own insides. Other words stay as they are. */
export function inPlainWords(message: string): string {
  return PLAIN_WORDS.reduce((text, [words, plain]) => text.replace(words, plain), message);
}
