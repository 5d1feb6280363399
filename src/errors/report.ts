import type { Environment } from '../runner/environment.ts';
import { addToSummary } from '../runner/job-summary.ts';
import * as log from '../runner/log.ts';
import type { Diagnosis } from './diagnosis.ts';
import { failureSummary } from './summary.ts';

// The one module that adds explanations to failures, and so loads the known errors.

/**
 * Reports what a stage has thrown: the checks that it made, and the failure with its explanation, in the log. An error is
 * also in the job summary and marks the step as failed; a warning lets the job go on.
 */
export async function reportFailure(
  error: unknown,
  diagnosis: Diagnosis,
  environment: Environment,
  level: 'error' | 'warning' = 'error',
): Promise<void> {
  const { explain, explanationText } = await import('./explain.ts');
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const explanations = errors.map(explain);
  const checks = diagnosis.lines();
  if (checks.length > 0) log.info(['Checks, in order:', ...checks].join('\n  '));
  const message = [...new Set(explanations.map(explanationText))].join('\n');
  if (level === 'warning') {
    log.warning(message);
    return;
  }
  if (checks.length > 0) await addToSummary(failureSummary(explanations, checks), environment);
  log.failed(message, error);
}

/** Prints a warning with its explanation. */
export async function reportWarning(failure: unknown): Promise<void> {
  const { explain, explanationText } = await import('./explain.ts');
  log.warning(explanationText(explain(failure)));
}
