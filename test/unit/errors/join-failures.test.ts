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

test('each that says something else is named, with its remedy, and the debug log can have them all', () => {
  const errors = [new Failure({ what: 'a', remedy: 'do b' }), new Error('c'), 'd'] as const;
  const joined = joinFailures([...errors]);
  expect(joined).toBeInstanceOf(Failure);
  expect((joined as Failure).message).toBe('a\nWhat to do: do b\nc\nd');
  expect(((joined as Failure).cause as AggregateError).errors).toEqual(errors);
});
