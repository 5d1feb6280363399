import { describe, expect, test } from '@jest/globals';
import { backoffDelayMs } from '../../../src/retry/backoff.ts';

const limits = { baseMs: 100, capMs: 1_000 };

describe('backoffDelayMs', () => {
  test.each([
    [1, 99],
    [2, 199],
    [3, 399],
    [4, 799],
    [5, 999],
    [6, 999],
    [60, 999],
    [5_000, 999],
  ])('after attempt %i the pause is at most %i ms', (attempt, longest) => {
    expect(backoffDelayMs(attempt, limits, () => 0.999_999)).toBe(longest);
  });

  test('jitter is full: the pause can be anything down to nothing', () => {
    expect(backoffDelayMs(4, limits, () => 0)).toBe(0);
    expect(backoffDelayMs(4, limits, () => 0.5)).toBe(400);
  });

  test('draws by itself, within the bounds', () => {
    const drawn = Array.from({ length: 200 }, () => backoffDelayMs(3, limits));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(400);
    expect(new Set(drawn).size).toBeGreaterThan(20);
  });
});
