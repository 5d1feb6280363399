import { expect, test } from '@jest/globals';
import { runnerKind } from '../../../src/runner/runner-kind.ts';

const CONTAINER_JOB = { HOME: '/github/home', GITHUB_WORKSPACE: '/__w/app/app' };
const POD = { KUBERNETES_SERVICE_HOST: '10.100.0.1' };

test.each([
  ["GitHub's own", { RUNNER_ENVIRONMENT: 'github-hosted' }, 'github-hosted'],
  [
    "a container job on GitHub's own",
    { RUNNER_ENVIRONMENT: 'github-hosted', ...CONTAINER_JOB },
    'github-hosted',
  ],
  ['a pod', { RUNNER_ENVIRONMENT: 'self-hosted', ...POD }, 'pod'],
  ['a job pod of the kubernetes modes', { ...POD, ...CONTAINER_JOB }, 'pod'],
  [
    'a container job of docker-in-docker',
    { RUNNER_ENVIRONMENT: 'self-hosted', ...CONTAINER_JOB },
    'container-job',
  ],
  ['the workspace itself', { ...CONTAINER_JOB, GITHUB_WORKSPACE: '/__w' }, 'container-job'],
  ['another home', { ...CONTAINER_JOB, HOME: '/root' }, 'other'],
  ['another workspace', { ...CONTAINER_JOB, GITHUB_WORKSPACE: '/__work/app' }, 'other'],
  [
    'a workspace with the path in its middle',
    { ...CONTAINER_JOB, GITHUB_WORKSPACE: '/srv/__w/app' },
    'other',
  ],
  ['a variable that the workflow blanks', { KUBERNETES_SERVICE_HOST: '' }, 'other'],
  ['nothing', {}, 'other'],
])('the kind of a runner: %s', (_, environment, kind) => {
  expect(runnerKind(environment)).toBe(kind);
});
