import { describe, expect, test } from '@jest/globals';
import { Failure, hasCode, messageOf } from '../../../src/errors/failure.ts';

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

test.each([
  [Object.assign(new Error('x'), { code: 'ENOENT' }), true],
  [{ code: 'EACCES' }, true],
  [{ code: 'EPERM' }, false],
  [new Error('ENOENT'), false],
  ['ENOENT', false],
  [null, false],
  [undefined, false],
])('whether %p has the code ENOENT or EACCES: %s', (error, expected) => {
  expect(hasCode(error, 'ENOENT', 'EACCES')).toBe(expected);
});

test('a failure is named so', () => {
  expect(new Failure({ what: 'x' }).name).toBe('Failure');
});
