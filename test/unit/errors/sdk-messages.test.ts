import { expect, test } from '@jest/globals';
import { plainSdkMessage } from '../../../src/errors/sdk-messages.ts';

test.each([
  [
    '@smithy/node-http-handler - [ERROR] a request has exceeded the configured 15000 ms requestTimeout.',
    'no response within 15 s',
  ],
  [
    '@smithy/node-http-handler - the request socket did not establish a connection with the server within the configured timeout of 5000 ms.',
    'no connection within 5 s',
  ],
  [
    'The proxy x let the call through, which failed: @smithy/node-http-handler - [ERROR] a request has exceeded the configured 15000 ms requestTimeout.',
    'The proxy x let the call through, which failed: no response within 15 s',
  ],
  [
    'Unexpected token <\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.',
    'Unexpected token < (in the response)',
  ],
  ["Cannot read properties of null (reading 'AccessKeyId')", 'the response is not of the required format'],
  ['socket hang up', 'socket hang up'],
])('%s', (message, plain) => {
  expect(plainSdkMessage(message)).toBe(plain);
});
