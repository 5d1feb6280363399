/**
 * What the SDK says of a deadline of its HTTP handler that has passed, and what that means. The last are of a response
 * that the SDK can make nothing of: what it adds is for programmers.
 */
const PLAIN_MESSAGES: readonly (readonly [pattern: RegExp, plain: string | ((ms: string) => string)])[] = [
  [
    /@smithy\S* - .*did not establish a connection.*?(\d+) ?ms.*/s,
    (ms) => `no connection within ${Number(ms) / 1000} s`,
  ],
  [
    /@smithy\S* - .*exceeded the configured (\d+) ms requestTimeout.*/s,
    (ms) => `no answer within ${Number(ms) / 1000} s`,
  ],
  [/Cannot read properties of null \(reading '\w+'\)/, 'the answer is not of the required format'],
  [/\s{0,4}Deserialization error: to see the raw response.*/s, ' (in the answer)'],
];

/** Says in plain words what the SDK says of its own insides. Other messages stay as they are. */
export function plainSdkMessage(message: string): string {
  return PLAIN_MESSAGES.reduce(
    (text, [pattern, plain]) =>
      typeof plain === 'string'
        ? text.replace(pattern, plain)
        : text.replace(pattern, (_, ms: string) => plain(ms)),
    message,
  );
}
