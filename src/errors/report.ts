import type { Environment } from '../runner/environment.ts';
import { addToSummary } from '../runner/job-summary.ts';
import * as log from '../runner/log.ts';
import type { Diagnosis } from './diagnosis.ts';
import { failureSummary } from './summary.ts';

// Where a failure gets its explanation: the one place that loads the known errors.

/**
 * Reports what a stage has thrown, and marks the step as failed: the checks that were made, and the failure with its
 * explanation, in the log and in the job summary.
 */
export async function reportFailure(
  error: unknown,
  diagnosis: Diagnosis,
  environment: Environment,
): Promise<void> {
  const { explain, explanationText } = await import('./explain.ts');
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const explanations = errors.map(explain);
  const checks = diagnosis.lines();
  if (checks.length > 0) {
    log.info(['Checks, in order:', ...checks].join('\n  '));
    await addToSummary(failureSummary(explanations, checks), environment);
  }
  log.failed([...new Set(explanations.map(explanationText))].join('\n'), error);
}

/** Warns of something that does not end the stage, with its explanation. */
export async function reportWarning(failure: unknown): Promise<void> {
  const { explain, explanationText } = await import('./explain.ts');
  log.warning(explanationText(explain(failure)));
}
