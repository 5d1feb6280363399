/** What runs a step, as far as it decides which credentials the step can have. */
export type RunnerKind = 'github-hosted' | 'pod' | 'container-job' | 'other';

/** Kubernetes sets KUBERNETES_SERVICE_HOST in every container of a pod. */
export function runnerKind(env: NodeJS.ProcessEnv = process.env): RunnerKind {
  if (env['RUNNER_ENVIRONMENT'] === 'github-hosted') return 'github-hosted';
  if (env['KUBERNETES_SERVICE_HOST'] !== undefined) return 'pod';
  return isContainerJob(env) ? 'container-job' : 'other';
}

/**
 * Whether the step runs in a container that docker runs for a job with `container:`, on any machine: the runner (2.336)
 * sets these paths there.
 */
export function isContainerJob(env: NodeJS.ProcessEnv = process.env): boolean {
  const isBelowWorkFolder = /^\/__w(?:\/|$)/.test(env['GITHUB_WORKSPACE'] ?? '');

  return isBelowWorkFolder && env['HOME'] === '/github/home';
}
