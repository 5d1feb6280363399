import { describe, expect, test } from '@jest/globals';
import { messageOf } from '../../../src/errors/failure.ts';

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
