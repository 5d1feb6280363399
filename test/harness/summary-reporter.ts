import { writeFileSync, writeSync } from 'node:fs';

/** The part of jest's results that is printed. */
type Results = {
  numPassedTests: number;
  numFailedTests: number;
  numRuntimeErrorTestSuites: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { testResults: { status: string; fullName: string }[] }[];
};

/** What skipped tests need that is not here: `testReal` has written it into their names. */
function missingParts({ testResults: files }: Pick<Results, 'testResults'>) {
  const tests = files.flatMap((file) => file.testResults);
  const skipped = tests.filter(({ status }) => status === 'pending');

  const lists = skipped.flatMap(({ fullName }) => [...fullName.matchAll(/ \(needs ([^)]+)\)/g)]);
  const parts = lists.flatMap(([, list = '']) => list.split(', '));

  return [...new Set(parts)].sort();
}

/** The line that says what is missing; empty if nothing is. */
export function missingLine(result: Pick<Results, 'testResults'>) {
  const parts = missingParts(result);

  return parts.length === 0 ? '' : `Missing here, so tests were skipped: ${parts.join(', ')}\n`;
}

/** Ends the report with what is missing and, as the last line, how many tests passed, failed and were skipped. */
export default class SummaryReporter {
  onRunComplete(_contexts: unknown, result: Results) {
    // A test file that cannot be loaded has no tests, but is a failure.
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    const skipped = result.numPendingTests + result.numTodoTests;
    const line = `${result.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`;

    // jest prints its own report late; at the exit nothing comes after these lines.
    process.once('exit', () => writeSync(process.stdout.fd, missingLine(result) + line));

    const file = process.env['TEST_SUMMARY_FILE'];
    if (file !== undefined) writeFileSync(file, line);
  }
}
