import { describe, expect, test } from '@jest/globals';
import { singleLine, withoutCommands } from '../../../src/runner/safe-text.ts';

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
    ['token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln', 'token ***'],
    ['', ''],
  ])('%j becomes %j', (text, line) => {
    expect(singleLine(text)).toBe(line);
  });

  test('cuts a text that has no end, before its last word: that may be a part of a secret', () => {
    expect(singleLine('x y '.repeat(2_500_000))).toBe(`${'x y '.repeat(500)}…`);
    expect(singleLine(`${'word '.repeat(398)}p4ssw0rd-across-the-cut`)).toBe(`${'word '.repeat(398)}…`);
    expect(singleLine('x'.repeat(10_000_000))).toBe('…');
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
