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
  test('an exception of a service leads with its name', () => {
    expect(describeError(serviceException('AccessDeniedException', 'User: x may not', 400))).toEqual({
      words: 'AccessDeniedException: User: x may not',
      signs: 'AccessDeniedException\nUser: x may not\nHTTP 400',
    });
  });

  test('so does one of STS, whose names do not say that they are exceptions', () => {
    expect(describeError(serviceException('AccessDenied', 'not you', 403)).words).toBe(
      'AccessDenied: not you',
    );
    expect(describeError(Object.assign(new Error('lost'), { name: 'Teapot' })).words).toBe('lost');
  });

  test('a name that the message has already stands once', () => {
    expect(describeError(serviceException('ServerException', 'ServerException: no', 500)).words).toBe(
      'ServerException: no',
    );
  });

  test.each(['UnknownError', 'Unknown', ''])(
    'an answer without words (%j) is told by its status',
    (message) => {
      const { words, signs } = describeError(serviceException('ServerException', message, 503));
      expect(words).toBe('HTTP 503, without a message');
      expect(signs).toContain('HTTP 503');
    },
  );

  test.each([
    [{ text: 'no' }, 'ServerException: [object Object]'],
    [42, 'ServerException: 42'],
  ])('a message that is no text (%j) is made one', (message, words) => {
    const error = Object.assign(serviceException('ServerException', '', 400), { message });
    expect(describeError(error).words).toBe(words);
  });

  test('an error of the system has its code among the signs', () => {
    const error = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    expect(describeError(error)).toEqual({
      words: 'connect refused',
      signs: 'Error\nconnect refused\nECONNREFUSED',
    });
  });

  test('a code that is no text is none', () => {
    expect(describeError(Object.assign(new Error('x'), { code: 7 })).signs).toBe('Error\nx');
  });

  test('an error of many addresses speaks with its first', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:80'), { code: 'ECONNREFUSED' });
    const { words, signs } = describeError(new AggregateError([refused, new Error('other')], ''));
    expect(words).toBe('connect ECONNREFUSED ::1:80');
    expect(signs).toContain('AggregateError');
  });

  test('causes are followed, though not for ever', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(describeError(error)).toEqual({ words: 'outer', signs: 'Error\nouter\nError\ninner' });
    const round = new Error('round');
    round.cause = round;
    expect(describeError(round).signs.split('\n')).toHaveLength(8);
  });

  test('what is no error speaks for itself, on one line', () => {
    expect(describeError('gone\n::error::x')).toEqual({ words: 'gone ::error::x', signs: '' });
    expect(describeError(new Error('')).words).toBe('Error');
  });

  test('of an answer that is no JSON nothing is quoted', () => {
    const broken = '{"SecretAccessKey": wJalrXUtnFEMI/K7MDENG}';
    for (const text of [broken, '', '<html>', '{"a":1}b']) {
      const error = caught(() => JSON.parse(text));
      expect(describeError(error).words).toBe('the answer is not valid JSON');
    }
  });

  test('names of plain errors are left out', () => {
    expect(describeError(new TypeError('Invalid URL')).words).toBe('Invalid URL');
    const provider = Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
    expect(describeError(provider).words).toBe('none');
  });
});
