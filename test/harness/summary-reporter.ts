import { writeFileSync, writeSync } from 'node:fs';

/** The part of jest's results that the reporter reads. */
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
  onRunComplete(_contexts: unknown, result: Results) {
    // A test file that cannot be loaded has no tests, but is a failure.
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    const skipped = result.numPendingTests + result.numTodoTests;
    const line = `${result.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`;

    // jest prints its own report late. At the exit, nothing follows this line.
    process.once('exit', () => writeSync(process.stdout.fd, line));

    const file = process.env['TEST_SUMMARY_FILE'];
    if (file !== undefined) writeFileSync(file, line);
  }
}
