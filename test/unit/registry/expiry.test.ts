import { expect, test } from '@jest/globals';
import { earliestExpiry, remainingTime, rfc3339 } from '../../../src/registry/expiry.ts';

const at = (text: string) => new Date(text);

test('the earliest counts; logins without a time do not', () => {
  const [late, early] = [at('2026-01-31T12:00:00Z'), at('2026-01-31T11:00:00Z')];
  expect(earliestExpiry([{ expiresAt: late }, {}, { expiresAt: early }])).toEqual(early);
  expect(earliestExpiry([{}])).toBeUndefined();
  expect(earliestExpiry([])).toBeUndefined();
});

test('RFC 3339, in UTC, to the second', () => {
  expect(rfc3339(at('2026-01-31T23:59:59.750+02:00'))).toBe('2026-01-31T21:59:59Z');
});

test.each([
  ['2026-01-31T23:59:59.900Z', '12 h'],
  ['2026-01-31T23:59:00Z', '11 h 59 min'],
  ['2026-01-31T13:00:20Z', '1 h'],
  ['2026-01-31T12:05:00Z', '5 min'],
  ['2026-01-31T12:00:10Z', '0 min'],
  ['2026-01-31T11:00:00Z', '0 min'],
])('at noon, what ends at %s holds for %s', (end, words) => {
  expect(remainingTime(at(end), at('2026-01-31T12:00:00Z'))).toBe(words);
});
