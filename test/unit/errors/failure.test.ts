import { describe, expect, test } from '@jest/globals';
import { messageOf } from '../../../src/errors/failure.ts';

describe('messageOf', () => {
  test.each([
    ['an error', new Error('text'), 'text'],
    ['an error without a message', new RangeError(), 'RangeError'],
    ['something that is not an error', 'text', 'text'],
    ['nothing', undefined, 'undefined'],
  ])('%s', (_, thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
  });
});
