import { writeFileSync, writeSync } from 'node:fs';
import type { AggregatedResult, Reporter } from '@jest/reporters';
import { LEFT_OUT_HERE } from './posix-tests.ts';

/** Prints, as the last line of the report, how many tests passed, failed and were skipped. */
export default class SummaryReporter implements Pick<Reporter, 'onRunComplete'> {
  onRunComplete(_contexts: unknown, result: AggregatedResult): void {
    // A test file that cannot even be loaded has no tests, and is a failure all the same.
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    const skipped = result.numPendingTests + result.numTodoTests;
    const line = `${result.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`;
    // jest prints its own report late; at the exit nothing comes after this line.
    const leftOut = LEFT_OUT_HERE.map((name) => `not run on this system: ${name}\n`).join('');
    process.once('exit', () => writeSync(process.stdout.fd, leftOut + line));
    const file = process.env['TEST_SUMMARY_FILE'];
    if (file !== undefined) {
      writeFileSync(file, line);
    }
  }
}
