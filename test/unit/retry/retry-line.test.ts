import { expect, test } from '@jest/globals';
import { retryLine } from '../../../src/retry/retry-line.ts';

test('says what failed, which attempt of how many, and how long until the next', () => {
  const retry = { what: 'Amazon ECR', failure: 'Rate\nexceeded', attempt: 2, maxAttempts: 8, delayMs: 1_849 };
  expect(retryLine(retry)).toBe('Amazon ECR: Rate exceeded (attempt 2 of 8, the next in 1.8 s)');
});
