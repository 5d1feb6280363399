import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, Test, TestResult } from '@jest/reporters';

/** Where `npm run coverage` asked for it, keeps what each test file covered of the sources in jest's own process. */
export default class CoverageReporter implements Pick<Reporter, 'onTestResult'> {
  readonly #folder = process.env['COVERAGE_DIR'];

  onTestResult(_test: Test, result: TestResult): void {
    if (this.#folder !== undefined && result.coverage !== undefined) {
      writeFileSync(join(this.#folder, `jest-${randomUUID()}.json`), JSON.stringify(result.coverage));
    }
  }
}
