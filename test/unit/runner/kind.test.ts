import { expect, test } from '@jest/globals';
import { isJobContainer, isPod, type RunnerKind, runnerKind } from '../../../src/runner/kind.ts';

const IN_POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
const OF_ARC = { GITHUB_ACTIONS_RUNNER_EXTRA_USER_AGENT: 'actions-runner-controller/0.14.2' };
const HOME = '/github/home';

test.each<[NodeJS.ProcessEnv, RunnerKind]>([
  [{ RUNNER_ENVIRONMENT: 'github-hosted', ...IN_POD }, 'github-hosted'],
  [{ RUNNER_ENVIRONMENT: 'self-hosted', ...IN_POD }, 'runner-pod'],
  [{ ...IN_POD, ...OF_ARC }, 'arc-pod'],
  [{ ...IN_POD, GITHUB_ACTIONS_RUNNER_EXTRA_USER_AGENT: 'x' }, 'runner-pod'],
  // The container hooks pass no HOME.
  [{ ...IN_POD, HOME: '/root', GITHUB_WORKSPACE: '/__w/a' }, 'job-pod'],
  [{ ...IN_POD, ...OF_ARC, GITHUB_WORKSPACE: '/__w' }, 'job-pod'],
  [{ HOME, GITHUB_WORKSPACE: '/__w/a/a' }, 'container-job'],
  [{ HOME, GITHUB_WORKSPACE: '/__w' }, 'container-job'],
  [{ HOME, GITHUB_WORKSPACE: '/__work/a' }, 'other'],
  [{ HOME, GITHUB_WORKSPACE: '/x/__w/a' }, 'other'],
  [{ HOME: '/home/runner', GITHUB_WORKSPACE: '/__w/a/a' }, 'other'],
  [OF_ARC, 'other'],
])('%j: the step runs in: %s', (env, kind) => {
  expect(runnerKind(env)).toBe(kind);
});

test('three kinds are pods, and two are the container of a job', () => {
  const kinds: RunnerKind[] = [
    'github-hosted',
    'arc-pod',
    'runner-pod',
    'job-pod',
    'container-job',
    'other',
  ];

  expect(kinds.filter(isPod)).toEqual(['arc-pod', 'runner-pod', 'job-pod']);
  expect(kinds.filter((kind) => isJobContainer(kind))).toEqual(['job-pod', 'container-job']);
});
