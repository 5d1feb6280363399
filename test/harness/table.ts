import { test } from '@jest/globals';

/** The rows of a table: a row a line, cells between bars. */
export const rows = (text: string): string[][] =>
  text
    .split('\n')
    .flatMap((line) => (line.trim() === '' ? [] : [line.split('|').map((cell) => cell.trim())]));

/** A test for each row. */
export const table = (text: string) => test.each(rows(text));
