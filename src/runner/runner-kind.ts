import { type Environment, variable } from './environment.ts';

/** Where a step runs, as far as it decides which credentials it can have. */
export type RunnerKind =
  /** GitHub's own runner, which has neither a pod nor an instance role. */
  | 'github-hosted'
  /** A pod of Kubernetes: the runner's, or the job's. */
  | 'pod'
  /** The container of a job with `container:` that docker has created. It may be inside a pod. */
  | 'container-job'
  | 'other';

/**
 * Tells where this step runs. Kubernetes sets KUBERNETES_SERVICE_HOST in every container of every pod. In the container of
 * a job, the runner sets HOME and GITHUB_WORKSPACE to these paths (actions/runner 2.336).
 */
export function runnerKind(environment: Environment): RunnerKind {
  if (variable(environment, 'RUNNER_ENVIRONMENT') === 'github-hosted') return 'github-hosted';
  if (variable(environment, 'KUBERNETES_SERVICE_HOST') !== undefined) return 'pod';
  const isContainerJob =
    variable(environment, 'HOME') === '/github/home' &&
    /^\/__w(?:\/|$)/.test(variable(environment, 'GITHUB_WORKSPACE') ?? '');
  return isContainerJob ? 'container-job' : 'other';
}
