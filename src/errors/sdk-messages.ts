/**
 * Messages of the SDK about a deadline that has passed, or about a response it cannot read, and what to say instead: its
 * own are written for programmers.
 */
const PLAIN_MESSAGES: readonly (readonly [pattern: RegExp, plain: string | ((ms: string) => string)])[] = [
  [
    /@smithy\S* - .*did not establish a connection.*?(\d+) ?ms.*/s,
    (ms) => `no connection within ${Number(ms) / 1000} s`,
  ],
  [
    /@smithy\S* - .*exceeded the configured (\d+) ms requestTimeout.*/s,
    (ms) => `no response within ${Number(ms) / 1000} s`,
  ],
  [/Cannot read properties of null \(reading '\w+'\)/, 'the response is not of the required format'],
  [/\s{0,4}Deserialization error: to see the raw response.*/s, ' (in the response)'],
];

/** Puts the SDK's messages about its internals into plain words. Other messages stay as they are. */
export function plainSdkMessage(message: string): string {
  return PLAIN_MESSAGES.reduce(
    (text, [pattern, plain]) =>
      typeof plain === 'string'
        ? text.replace(pattern, plain)
        : text.replace(pattern, (_, ms: string) => plain(ms)),
    message,
  );
}
