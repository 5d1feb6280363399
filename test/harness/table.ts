import { test } from '@jest/globals';

/** The rows of a table: a row a line, cells between bars. */
export const rows = (text: string): string[][] =>
  text
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : [line.split('|').map((cell) => cell.trim())]));

/** A test for each row. */
export const table = (text: string) => test.each(rows(text));

/** The texts of a list, separated by white space. */
export const words = (list: string): string[] => list.split(/\s+/).filter((word) => word !== '');

/** Variables such as `A=b C=d`. */
export const variablesOf = (text = ''): Record<string, string> =>
  Object.fromEntries(words(text).map((word) => word.split(/=(.*)/).slice(0, 2)));
