import { expect, test } from '@jest/globals';
import type { StepResult } from './runner.ts';
import { TOOLS } from './usual.ts';
import type { StepChoice, World } from './world.ts';

/** A failure, how it is brought about, and texts that the error must have: of the message, the cause, the remedy. */
export type ExplainedRow = readonly [
  title: string,
  arrange: () => StepChoice | Promise<StepChoice>,
  texts: readonly string[],
];

/** Declares a test for each failure: the main step fails, and explains why. */
export function explains(world: World, rows: readonly ExplainedRow[]): void {
  test.each(rows)('%s', async (_, arrange, texts) => {
    const main = await world.main({ tools: TOOLS, ...(await arrange()) });
    expectExplained(main, texts);
  });
}

/** Expects an error with its three parts, the list of checks in the log, and the same in the job summary. */
export function expectExplained(main: StepResult, texts: readonly string[]): void {
  const error = main.errors.join('\n');
  for (const part of [...texts, '\nLikely cause: ', '\nWhat to do: ']) expect(error).toContain(part);
  expect([main.exitCode, main.errors.length]).toEqual([1, 1]);
  expect(main.log).toContain('Checks, in order:\n  ✓ Inputs: valid\n');
  expect(main.log).toMatch(/^ {2}✗ /m);
  const [what = ''] = error.split('\nLikely cause: ');
  for (const part of [what, '**Likely cause**', '**What to do**', '**Checks, in order**']) {
    expect(main.summary).toContain(part);
  }
  expect(main.outputs).toEqual({});
}
