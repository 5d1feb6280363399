import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Diagnosis } from '../../../src/errors/diagnosis.ts';
import { Failure } from '../../../src/errors/failure.ts';
import { reportFailure, reportWarning } from '../../../src/errors/report.ts';
import { reportMessage } from '../../../src/errors/report-message.ts';
import { captureOutput } from '../written-output.ts';

const exitCode = process.exitCode;
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = exitCode;
});

/** What the log shows of an error. */
async function reported(error: unknown, diagnosis = new Diagnosis()): Promise<string> {
  const written = captureOutput();
  await reportFailure(error, diagnosis, {});
  return written();
}

describe('the report of a failure', () => {
  test('has its explanation after the checks, each part on its own line', async () => {
    const diagnosis = new Diagnosis();
    diagnosis.add({ mark: 'good', subject: 'Inputs', reason: 'valid' });
    const text = await reported(new Failure({ what: 'a', means: 'b', remedy: 'c' }), diagnosis);
    expect(text).toContain('Checks, in order:\n  ✓ Inputs: valid\n');
    expect(text).toContain('::error::a%0ALikely cause: b%0AWhat to do: c\n');
    expect(text.indexOf('Checks')).toBeLessThan(text.indexOf('::error::'));
  });

  test('explains a failure by the known errors', async () => {
    const failure = new Failure({ what: 'x', area: 'container-client', details: 'not implemented' });
    expect(await reported(failure)).toContain("the credential helper 'ecr-login'");
  });

  test('contains each joined failure with its own explanation, and each text once', async () => {
    const failures = [{ what: 'a', remedy: 'do b' }, { what: 'c' }, { what: 'c' }];
    const joined = new AggregateError(failures.map((symptom) => new Failure(symptom)));
    expect(await reported(joined)).toContain('::error::a%0AWhat to do: do b%0Ac\n');
  });

  test('is also in the job summary, where the step has made checks', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'report-'));
    const file = join(directory, 'summary');
    writeFileSync(file, '');
    const environment = process.env;
    process.env = { GITHUB_STEP_SUMMARY: file };
    const checked = new Diagnosis();
    checked.add({ mark: 'bad', subject: 'Inputs', reason: 'invalid' });
    const report = (diagnosis: Diagnosis, level?: 'warning') =>
      reportFailure(new Failure({ what: 'a' }), diagnosis, { GITHUB_STEP_SUMMARY: file }, level);
    try {
      const written = captureOutput();
      process.exitCode = undefined;
      await report(new Diagnosis());
      expect(readFileSync(file, 'utf8')).toBe('');
      expect(written()).not.toContain('Checks');
      expect(process.exitCode).toBe(1);
      process.exitCode = undefined;
      await report(checked, 'warning');
      expect([readFileSync(file, 'utf8'), process.exitCode]).toEqual(['', undefined]);
      expect(written()).toContain('::warning::a\n');
      await report(checked);
      expect(readFileSync(file, 'utf8')).toContain('Login to Amazon ECR failed');
    } finally {
      process.env = environment;
      rmSync(directory, { recursive: true });
    }
  });

  test('shows other errors as they are', async () => {
    expect(await reported('text')).toContain('::error::text\n');
  });
});

test('a warning has its explanation, too', async () => {
  const written = captureOutput();
  await reportWarning(new Failure({ what: 'a', remedy: 'c' }));
  expect(written()).toContain('::warning::a%0AWhat to do: c\n');
});

describe('the report of a stage that logs out', () => {
  test.each([
    ['error', '::error::a\n', 1],
    ['warning', '::warning::a\n', undefined],
  ] as const)('as %s', async (level, line, code) => {
    const written = captureOutput();
    process.exitCode = undefined;
    await reportMessage(new Failure({ what: 'a', remedy: 'c' }), level);
    expect(written()).toContain(line);
    expect(written()).not.toContain('What to do');
    expect(process.exitCode).toBe(code);
  });
});
