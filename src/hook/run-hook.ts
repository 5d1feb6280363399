import type { Diagnosis } from '../errors/diagnosis.ts';
import type { Environment } from '../runner/environment.ts';
import { runStage, type Stage } from '../stage/run-stage.ts';
import { onFailure } from './settings.ts';

/** Time for a hook, in milliseconds. It holds up every job: with the time to end, it takes less than a minute. */
const HOOK_BUDGET_MS = 55_000;

/** Reports what a hook has thrown. */
type HookReport = (
  level: 'error' | 'warning',
  error: unknown,
  diagnosis: Diagnosis,
  environment: Environment,
) => Promise<void>;

/**
 * Runs a job hook. A failure is a warning, since not every job needs Amazon ECR, unless the runner asks for an error,
 * which fails the job.
 *
 * @param run gets the directory of the hook's state, which the script that starts the hook passes
 */
export function runHook(
  run: (stage: Stage, stateDirectory: string) => Promise<void>,
  report: HookReport,
): Promise<void> {
  const [, , stateDirectory = ''] = process.argv;
  return runStage((stage) => run(stage, stateDirectory), {
    budgetMs: HOOK_BUDGET_MS,
    report: (error, diagnosis, environment) =>
      report(onFailure(environment) === 'fail' ? 'error' : 'warning', error, diagnosis, environment),
  });
}
