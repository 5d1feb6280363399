import { describe, expect, test } from '@jest/globals';
import { parseRegistries } from '../../../src/registry/entry.ts';

const ids = (text: string) => parseRegistries(text).entries.map((entry) => entry.accountId);

describe('parseRegistries', () => {
  test.each([
    ['', []],
    [' , \n', []],
    ['123456789012', ['123456789012']],
    ['000000000012', ['000000000012']],
    ['123456789012,210987654321', ['123456789012', '210987654321']],
    [' 123456789012 ,\n 210987654321 ,', ['123456789012', '210987654321']],
    ['123456789012\r\n210987654321', ['123456789012', '210987654321']],
    ['210987654321,123456789012,210987654321', ['210987654321', '123456789012']],
  ])('%j gives %j', (text, accounts) => {
    expect(ids(text)).toEqual(accounts);
    expect(parseRegistries(text).problems).toEqual([]);
  });

  test.each(['12345678901', '1234567890123', '12345678901a', '1234 56789012', '١٢٣٤٥٦٧٨٩٠١٢', '$(id)'])(
    'refuses %j by its value',
    (text) => {
      expect(parseRegistries(`123456789012,${text}`).problems).toEqual([
        `'${text}' is not a 12-digit account ID`,
      ]);
    },
  );
});
