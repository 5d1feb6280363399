import { expect, test } from '@jest/globals';
import { Failure, joinFailures } from '../../../src/errors/failure.ts';

test('one failure is returned as it is', () => {
  const failure = new Failure({ what: 'a' });
  expect(joinFailures([failure])).toBe(failure);
});

test('of several with the same message, the first is returned', () => {
  const [first, second] = [new Failure({ what: 'a' }), new Failure({ what: 'a' })];
  expect(joinFailures([first, second])).toBe(first);
});

test('several with different messages are joined', () => {
  const errors = [new Failure({ what: 'a', remedy: 'do b' }), new Error('c'), 'd'] as const;
  const joined = joinFailures([...errors]) as AggregateError;
  expect([joined.message, joined.errors]).toEqual(['a\nc\nd', [...errors]]);
});
