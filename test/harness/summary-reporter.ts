import { writeFileSync, writeSync } from 'node:fs';

/** The part of jest's results that is printed. */
type Results = Record<
  | 'numPassedTests'
  | 'numFailedTests'
  | 'numRuntimeErrorTestSuites'
  | 'numPendingTests'
  | 'numTodoTests',
  number
>;

/** Prints, as the last line of the report, how many tests passed, failed and were skipped. */
export default class SummaryReporter {
  onRunComplete(_contexts: unknown, result: Results): void {
    // A test file that cannot even be loaded has no tests, and is a failure all the same.
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    const skipped = result.numPendingTests + result.numTodoTests;
    const line = `${result.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`;

    // jest prints its own report late; at the exit nothing comes after this line.
    process.once('exit', () => writeSync(process.stdout.fd, line));

    const file = process.env['TEST_SUMMARY_FILE'];
    if (file !== undefined) writeFileSync(file, line);
  }
}
