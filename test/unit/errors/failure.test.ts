import { describe, expect, test } from '@jest/globals';
import { Failure, messageOf } from '../../../src/errors/failure.ts';

describe('Failure', () => {
  test('its message is its parts, each on a line of its own', () => {
    expect(new Failure({ what: 'a', means: 'b', remedy: 'c' }).message).toBe(
      'a\nLikely cause: b\nWhat to do: c',
    );
    expect(new Failure({ what: 'a', remedy: 'c' }).message).toBe('a\nWhat to do: c');
  });
});

describe('messageOf', () => {
  test.each([
    ['an error', new Error('words'), 'words'],
    ['an error that says nothing', new RangeError(), 'RangeError'],
    ['what is no error', 'text', 'text'],
    ['nothing', undefined, 'undefined'],
  ])('%s', (_, thrown, words) => {
    expect(messageOf(thrown)).toBe(words);
  });
});
