/** What runs a step. It decides which credentials the step can have, and what helps without any. */
export type RunnerKind =
  | 'github-hosted'
  /** The pod of a runner that Actions Runner Controller (ARC) manages. */
  | 'arc-pod'
  /** Another pod that a runner is in. */
  | 'runner-pod'
  /** The pod of one job: ARC's kubernetes modes create it for `container:`. */
  | 'job-pod'
  /** A container that docker runs for a job with `container:`, on any machine. */
  | 'container-job'
  | 'other';

export function runnerKind(env = process.env): RunnerKind {
  if (env['RUNNER_ENVIRONMENT'] === 'github-hosted') return 'github-hosted';

  // The runner (2.336) and its container hooks (0.8.1) mount the work folder there.
  const isJobContainer = /^\/__w(?:\/|$)/.test(env['GITHUB_WORKSPACE'] ?? '');
  // Kubernetes sets it in every container of a pod.
  const isPod = env['KUBERNETES_SERVICE_HOST'] !== undefined;

  if (isPod && isJobContainer) return 'job-pod';
  // Both controllers of ARC set this variable of the runner.
  const userAgent = env['GITHUB_ACTIONS_RUNNER_EXTRA_USER_AGENT'] ?? '';
  const isArc = userAgent.startsWith('actions-runner-controller/');
  if (isPod) return isArc ? 'arc-pod' : 'runner-pod';

  return isJobContainer && env['HOME'] === '/github/home' ? 'container-job' : 'other';
}

export function isPod(kind: RunnerKind) {
  return kind.endsWith('-pod');
}

/** Whether the step runs in the container of a job, and not beside the runner. */
export function isJobContainer(kind = runnerKind()) {
  return kind === 'job-pod' || kind === 'container-job';
}
