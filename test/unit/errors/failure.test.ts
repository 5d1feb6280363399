import { expect, test } from '@jest/globals';
import { detailsOf, Failure, messageOf } from '../../../src/errors/failure.ts';
import { expectLinear } from '../support.ts';

// As the SDK words them (@smithy/node-http-handler 4.14).
const LATE = '[ERROR] a request has exceeded the configured 15000 ms requestTimeout.';
const NO_CONNECTION =
  'the socket did not establish a connection within the configured timeout of 5000 ms.';
const UNREADABLE = `Unexpected token '<', "<html>" is not valid JSON\n  Deserialization error: to see …`;
const service = (name: string, message: string, more = {}) =>
  Object.assign(new Error(message), { name, $fault: 'client', ...more });
const status = { $metadata: { httpStatusCode: 403 } };

test.each<[unknown, string]>([
  [new Error('a\nb'), 'a b'],
  ['gone', 'gone'],
  [undefined, 'undefined'],
  [new Failure('kept as it is', { cause: new Error('x') }), 'kept as it is'],
  [new Failure(''), ''],
  [service('AccessDeniedException', 'why'), 'AccessDeniedException: why'],
  [
    service('AccessDeniedException', 'AccessDeniedException because'),
    'AccessDeniedException because',
  ],
  [new Error('', { cause: new Error('Unknown', { cause: new Error('told') }) }), 'told'],
  [new Error('UnknownError', { cause: new Error('Unknown message') }), 'Unknown message'],
  [service('X', 'UnknownError', status), 'HTTP 403 without a message'],
  [service('XException', ''), 'XException'],
  [new AggregateError([new Error('first'), new Error('second')]), 'first'],
  [new Error(NO_CONNECTION), 'no connection within 5 s'],
  [new Error(LATE), 'no response within 15 s'],
  [
    new Error('Unexpected token \'x\', "secret" is not valid JSON'),
    'the response is not valid JSON',
  ],
  [new Error(UNREADABLE), 'the response is not valid JSON'],
  [Object.assign(new Error(UNREADABLE), status), 'HTTP 403 without a message'],
  [new Error("Cannot read properties of null (reading 'x')"), 'the response has another format'],
])('%p: %s', (error, message) => {
  expect(messageOf(error)).toBe(message);
});

test.each<[unknown, string]>([
  ['gone', ''],
  [service('XException', 'why', { ...status, code: 'ECODE' }), 'XException\nwhy\nECODE'],
  [new Error('a\nb', { cause: new TypeError('c') }), 'Error\na b\nTypeError\nc'],
  [
    new AggregateError([new Error('first'), new Error('second')], 'all'),
    'AggregateError\nall\nError\nfirst',
  ],
  [
    [1, 2, 3, 4, 5].reduce((cause, n) => new Error(`${n}`, { cause }), new Error('0')),
    'Error\n5\nError\n4\nError\n3\nError\n2',
  ],
])('the details of %p: %j', (error, details) => {
  expect(detailsOf(error)).toBe(details);
});

test.each(['1', '1 m', 'ms', 'a.', '@smithy - did not establish a connection', '1 requestTimeout'])(
  'a message of 128 KB is read in linear time: many %j',
  (piece) => expectLinear(piece, (text) => messageOf(new Error(text))),
);
