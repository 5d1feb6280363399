import { expect, test } from '@jest/globals';
import { runnerKind } from '../../../src/runner/kind.ts';

const IN_POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
const HOME = '/github/home';

test.each([
  [{ RUNNER_ENVIRONMENT: 'github-hosted', ...IN_POD }, 'github-hosted'],
  [{ RUNNER_ENVIRONMENT: 'self-hosted', ...IN_POD }, 'pod'],
  [{ ...IN_POD, HOME, GITHUB_WORKSPACE: '/__w/a/a' }, 'pod'],
  [{ HOME, GITHUB_WORKSPACE: '/__w/a/a' }, 'container-job'],
  [{ HOME, GITHUB_WORKSPACE: '/__w' }, 'container-job'],
  [{ HOME, GITHUB_WORKSPACE: '/__work/a' }, 'other'],
  [{ HOME, GITHUB_WORKSPACE: '/x/__w/a' }, 'other'],
  [{ HOME: '/home/runner', GITHUB_WORKSPACE: '/__w/a/a' }, 'other'],
])('%j: the step runs in: %s', (env, kind) => {
  expect(runnerKind(env)).toBe(kind);
});
