import { expect, test } from '@jest/globals';
import { detailsOf, Failure, messageOf } from '../../../src/errors/failure.ts';
import { expectLinear } from '../support.ts';

// As the SDK words them (@smithy/node-http-handler 4.14).
const LATE = '[ERROR] a request has exceeded the configured 15000 ms requestTimeout.';
const NO_CONNECTION =
  'the socket did not establish a connection within the configured timeout of 5000 ms.';
const UNREADABLE = `Unexpected token '<', "<html>" is not valid JSON
  Deserialization error: to see …`;
const STATUS = { $metadata: { httpStatusCode: 403 } };

function service(name: string, message: string, more = {}) {
  return Object.assign(new Error(message), { name, $fault: 'client', ...more });
}

const first = new Error('first');
const second = new Error('second');

test.each<[unknown, string]>([
  // What is no error, or our own.
  ['gone', 'gone'],
  [undefined, 'undefined'],
  [new Failure('', { cause: new Error('x') }), ''],
  [new Error('a\nb'), 'a b'],

  // What services say.
  [service('AccessDeniedException', 'why'), 'AccessDeniedException: why'],
  [service('XException', 'XException because'), 'XException because'],
  [service('X', 'UnknownError', STATUS), 'HTTP 403 without a message'],
  [service('XException', ''), 'XException'],

  // The first of the causes that says something.
  [new Error('', { cause: new Error('Unknown', { cause: new Error('told') }) }), 'told'],
  [new Error('UnknownError', { cause: new Error('Unknown message') }), 'Unknown message'],
  [new AggregateError([first, second]), 'first'],

  // What the SDK and node write for programmers.
  [new Error(NO_CONNECTION), 'no connection within 5 s'],
  [new Error(LATE), 'no response within 15 s'],
  [new Error(`Unexpected token 'x', "secret" is not valid JSON`), 'the response is not valid JSON'],
  [new Error(UNREADABLE), 'the response is not valid JSON'],
  [Object.assign(new Error(UNREADABLE), STATUS), 'HTTP 403 without a message'],
  [new Error("Cannot read properties of null (reading 'x')"), 'the response has another format'],
])('%p: %s', (error, message) => {
  expect(messageOf(error)).toBe(message);
});

test.each<[unknown, string]>([
  ['gone', ''],
  [service('XException', 'why', { ...STATUS, code: 'ECODE' }), 'XException\nwhy\nECODE'],
  [new Error('a\nb', { cause: new TypeError('c') }), 'Error\na b\nTypeError\nc'],
  [new AggregateError([first, second], 'all'), 'AggregateError\nall\nError\nfirst'],
])('the details of %p: %j', (error, details) => {
  expect(detailsOf(error)).toBe(details);
});

test('causes that form a circle have an end', () => {
  const silent = new Error('');
  silent.cause = new Error('told', { cause: silent });

  expect(messageOf(silent)).toBe('told');
  expect(detailsOf(silent)).toBe('Error\nError\ntold\nError\nError\ntold');
});

test.each(['1', '1 m', 'ms', 'a.', '@smithy - did not establish a connection', '1 requestTimeout'])(
  'a message of 128 KB is read in linear time: many %j',
  (piece) => {
    expectLinear(piece, (text) => messageOf(new Error(text)));
  },
);
