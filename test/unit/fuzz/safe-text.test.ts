import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { singleLine, withoutCommands } from '../../../src/runner/safe-text.ts';
import { SEED } from '../../harness/seed.ts';
import { parseCommand, splitLines } from '../../harness/workflow-commands.ts';
import { hostileText } from './hostile-text.ts';

const runs = { seed: SEED, numRuns: 2_000 };
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** The commands that the runner would find in a text that is printed as it stands. */
function commandsIn(text: string): unknown[] {
  return splitLines(text).flatMap((line) => parseCommand(line) ?? []);
}

describe(`any text (seed ${SEED})`, () => {
  test('issues no command once it is made safe for the log', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(commandsIn(withoutCommands(text))).toEqual([]);
      }),
      runs,
    );
  });

  test('has no more lines than it had line feeds, and no control characters, once it is made safe for the log', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const lines = withoutCommands(text).split('\n');
        expect(lines.length).toBeLessThanOrEqual(text.split('\n').length);
        for (const line of lines) expect(line).not.toMatch(CONTROL);
      }),
      runs,
    );
  });

  test('is one line without control characters once it is quoted, however long it was', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 5_000 }), (text, times) => {
        const line = singleLine(text.repeat(times));
        expect(line).not.toMatch(CONTROL);
        expect(line.length).toBeLessThanOrEqual(2_001);
      }),
      { ...runs, numRuns: 300 },
    );
  });

  test('issues no command where it is quoted within a line of the log', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (text, before) => {
        expect(commandsIn(withoutCommands(`${before}: ${singleLine(text)}`))).toEqual([]);
      }),
      runs,
    );
  });
});
