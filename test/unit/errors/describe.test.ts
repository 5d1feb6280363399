import { describe, expect, test } from '@jest/globals';
import { describeError } from '../../../src/errors/describe.ts';

/** An exception as the SDK throws it. */
function serviceException(name: string, message: string, httpStatusCode: number): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('describeError', () => {
  test('the message of an exception of a service starts with its name', () => {
    expect(describeError(serviceException('AccessDeniedException', 'User: x may not', 400))).toEqual({
      message: 'AccessDeniedException: User: x may not',
      details: 'AccessDeniedException\nUser: x may not\nHTTP 400',
    });
  });

  test.each(['InternalServerError', 'RequestTimeoutError'])(
    'so does that of a service whose exceptions are named like those of node: %s',
    (name) => {
      expect(describeError(serviceException(name, 'try again', 500)).message).toBe(`${name}: try again`);
    },
  );

  test('so does that of STS, whose exceptions have other names', () => {
    expect(describeError(serviceException('AccessDenied', 'not you', 403)).message).toBe(
      'AccessDenied: not you',
    );
    expect(describeError(Object.assign(new Error('lost'), { name: 'Teapot' })).message).toBe('lost');
  });

  test('a name that the message contains is not repeated', () => {
    expect(describeError(serviceException('ServerException', 'ServerException: no', 500)).message).toBe(
      'ServerException: no',
    );
  });

  test.each(['UnknownError', 'Unknown', ''])(
    'a response without a message (%j) is described by its status',
    (sent) => {
      const { message, details } = describeError(serviceException('ServerException', sent, 503));
      expect(message).toBe('HTTP 503 without a message');
      expect(details).toContain('HTTP 503');
    },
  );

  test.each([
    ['Unknown', 403, 'HTTP 403 without a message'],
    ['Unknown host', 403, 'Unknown host'],
    ['Host Unknown', 403, 'Host Unknown'],
    ['Deserialization error: to see the raw response', 400, 'HTTP 400 without a message'],
    ['Deserialization error: to see the raw response', 503, 'HTTP 503 without a message'],
    ['no. Deserialization error: to see the raw response', 200, 'no. (in the response)'],
  ])('a message that the SDK makes up (%s, %d): %s', (sent, status, message) => {
    expect(describeError(serviceException('Error', sent, status)).message).toBe(message);
  });

  test.each([
    [{ text: 'no' }, 'ServerException: [object Object]'],
    [42, 'ServerException: 42'],
  ])('a message that is not a string (%j) is converted', (sent, message) => {
    const error = Object.assign(serviceException('ServerException', '', 400), { message: sent });
    expect(describeError(error).message).toBe(message);
  });

  test('a system error has its code in the details', () => {
    const error = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    expect(describeError(error)).toEqual({
      message: 'connect refused',
      details: 'Error\nconnect refused\nECONNREFUSED',
    });
  });

  test('a code that is not a string is ignored', () => {
    expect(describeError(Object.assign(new Error('x'), { code: 7 })).details).toBe('Error\nx');
  });

  test('an error of several addresses has the message of the first', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:80'), { code: 'ECONNREFUSED' });
    const { message, details } = describeError(new AggregateError([refused, new Error('other')], ''));
    expect(message).toBe('connect ECONNREFUSED ::1:80');
    expect(details).toContain('AggregateError');
  });

  test('causes are followed, to a limit', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(describeError(error)).toEqual({ message: 'outer', details: 'Error\nouter\nError\ninner' });
    const round = new Error('round');
    round.cause = round;
    expect(describeError(round).details.split('\n')).toHaveLength(8);
  });

  test('what is not an error is shown on one line', () => {
    expect(describeError('gone\n::error::x')).toEqual({ message: 'gone ::error::x', details: '' });
    expect(describeError(new Error('')).message).toBe('Error');
  });

  test('nothing of a response that is not JSON is quoted', () => {
    const broken = '{"SecretAccessKey": wJalrXUtnFEMI/K7MDENG}';
    for (const text of [broken, '', '<html>', '{"a":1}b']) {
      const error = caught(() => JSON.parse(text));
      expect(describeError(error).message).toBe('the response is not valid JSON');
    }
  });

  test('names of plain errors are omitted', () => {
    expect(describeError(new TypeError('Invalid URL')).message).toBe('Invalid URL');
    const provider = Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
    expect(describeError(provider).message).toBe('none');
  });
});
