import type { Environment } from '../runner/environment.ts';
import { addToSummary } from '../runner/job-summary.ts';
import * as log from '../runner/log.ts';
import type { Diagnosis } from './diagnosis.ts';
import { Failure, messageOf } from './failure.ts';
import { failureSummary } from './summary.ts';

/**
 * Shows what was looked at on the way to a failure, in the log and in the job summary. The failure itself is written
 * to the log where the stage ends.
 */
export async function reportDiagnosis(
  error: unknown,
  diagnosis: Diagnosis,
  environment: Environment,
): Promise<void> {
  const lines = diagnosis.lines();
  if (lines.length > 0) log.info(['What was looked at, in order:', ...lines].join('\n  '));
  const explanation = error instanceof Failure ? error.explanation : { what: messageOf(error) };
  await addToSummary(failureSummary(explanation, lines), environment);
}
