import { describe, expect, test } from '@jest/globals';
import { singleLine, withoutCommands } from '../../src/safe-text.ts';

describe('singleLine', () => {
  test.each([
    ['plain words', 'plain words'],
    ['  spaces around  ', 'spaces around'],
    ['two\nlines\r\nthree', 'two lines three'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u009b1mbold', 'bold'],
    ['nul\u0000byte', 'nul byte'],
    ['bell\u0007', 'bell'],
    ['separators\u2028and\u2029', 'separators and'],
    ['', ''],
  ])('%j becomes %j', (text, line) => {
    expect(singleLine(text)).toBe(line);
  });

  test('cuts a text that has no end', () => {
    const line = singleLine('x'.repeat(10_000_000));
    expect(line).toBe(`${'x'.repeat(2_000)}…`);
  });
});

describe('withoutCommands', () => {
  test.each([
    ['::add-path::/tmp', ': :add-path::/tmp'],
    ['  ::set-output name=x::y', '  : :set-output name=x::y'],
    ['told: ##[add-mask]x', 'told: # #[add-mask]x'],
    ['first\n::error::second', 'first\n: :error::second'],
    ['first\r::error::second', 'first ::error::second'],
    ['\u001b[2J::error::x', ': :error::x'],
    ['\u0000::error::x', ' : :error::x'],
    ['an IPv6 address fd00:ec2::23', 'an IPv6 address fd00:ec2::23'],
    [':single', ':single'],
  ])('%j becomes %j', (text, harmless) => {
    expect(withoutCommands(text)).toBe(harmless);
  });
});
