import { describe, expect, test } from '@jest/globals';
import { allHold, BOUNDS, type Figure, table } from '../../../scripts/bench/steps/bounds.ts';
import { median, quantile, spread } from '../../../scripts/bench/steps/statistics.ts';

describe('a sample', () => {
  test.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 2, 3], 2.5],
  ])('%j has the median %d', (sample, middle) => {
    expect(median(sample)).toBe(middle);
  });

  test('has quantiles between its values', () => {
    expect([0, 0.25, 0.9, 1].map((share) => quantile([10, 20, 30, 40, 50], share))).toEqual([10, 20, 46, 50]);
  });

  test('has a spread of half its middle half, in per cent of the median', () => {
    expect(spread([80, 90, 100, 110, 120])).toBe(10);
  });

  test('without values has none', () => {
    expect(() => median([])).toThrow('an empty sample has no quantile');
  });
});

describe('the figures', () => {
  const [first] = BOUNDS;
  const figures = (value: number): Figure[] => (first === undefined ? [] : [{ ...first, value, spread: 1 }]);

  test.each([
    [1.5, 'ok', true],
    [1.51, 'MISSED', false],
    [Number.NaN, 'MISSED', false],
  ])('of a main step of %d times the bare script: %s', (value, mark, hold) => {
    expect(table(figures(value))).toContain(`| ${mark} |`);
    expect(allHold(figures(value))).toBe(hold);
  });
});
