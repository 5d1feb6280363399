import { expect, test } from '@jest/globals';
import { Failure, joinFailures } from '../../../src/errors/failure.ts';

test('one failure stays what it is', () => {
  const failure = new Failure({ what: 'a' });
  expect(joinFailures([failure])).toBe(failure);
});

test('of several that say the same, one is enough', () => {
  const [first, second] = [new Failure({ what: 'a' }), new Failure({ what: 'a' })];
  expect(joinFailures([first, second])).toBe(first);
});

test('of several that say different things, each is kept', () => {
  const errors = [new Failure({ what: 'a', remedy: 'do b' }), new Error('c'), 'd'] as const;
  const joined = joinFailures([...errors]) as AggregateError;
  expect([joined.message, joined.errors]).toEqual(['a\nc\nd', [...errors]]);
});
