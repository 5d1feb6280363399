import { describe, expect, test } from '@jest/globals';
import { parseMaxAttempts, requestedMaxAttempts } from '../../../src/retry/max-attempts.ts';

describe('parseMaxAttempts', () => {
  test.each([
    ['1', 1],
    ['2', 2],
    ['020', 20],
    ['20', 20],
  ])('%s', (text, number) => {
    expect(parseMaxAttempts(text)).toBe(number);
  });

  test.each(['', '0', '21', '-1', '+1', '1.0', '1e1', ' 1', 'x', '1'.repeat(400)])('%j is none', (text) => {
    expect(parseMaxAttempts(text)).toBeUndefined();
  });
});

describe('requestedMaxAttempts', () => {
  test.each<[input: number | undefined, text: string | undefined, asked: number | undefined]>([
    [undefined, undefined, undefined],
    [undefined, '', undefined],
    [undefined, ' ', undefined],
    [undefined, '1', 1],
    [undefined, '3', 3],
    [undefined, ' 3 ', 3],
    [undefined, '21', 20],
    [undefined, '1000', 20],
    [5, '3', 5],
    [5, 'x', 5],
  ])('input %j and AWS_MAX_ATTEMPTS %j: %j', (input, text, asked) => {
    expect(requestedMaxAttempts(input, text === undefined ? {} : { AWS_MAX_ATTEMPTS: text })).toBe(asked);
  });

  test.each(['0', '-1', '1.5', 'x', '3x', 'x3'])('AWS_MAX_ATTEMPTS %j is an error that names it', (text) => {
    expect(() => requestedMaxAttempts(undefined, { AWS_MAX_ATTEMPTS: text })).toThrow(
      `The variable AWS_MAX_ATTEMPTS is '${text}'; allowed is a whole number from 1 to 20.`,
    );
  });
});
