import { type Environment, variable } from './environment.ts';
import * as log from './log.ts';

/**
 * Adds to the summary of the job, where the runner takes one. A summary that cannot be written is no failure: the log
 * holds the same.
 */
export async function addToSummary(markdown: string, environment: Environment): Promise<void> {
  if (variable(environment, 'GITHUB_STEP_SUMMARY') === undefined) return;
  const { summary } = await import('../packages/job-summary.ts');
  summary.addRaw(log.presentable(markdown), true);
  await summary.write().catch((error: unknown) => log.debug(`No job summary: ${String(error)}`));
}
