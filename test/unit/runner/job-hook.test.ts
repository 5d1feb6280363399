import { expect, test } from '@jest/globals';
import { jobHookLimitMs, nameSettings } from '../../../src/runner/job-hook.ts';

const IN_HOOK = ['node', 'index.js', '--job-hook=55'];

test.each([
  [['--job-hook=55'], 55_000],
  [[], undefined],
  [['x--job-hook=55'], undefined],
  // Only the first argument is that of the script.
  [['x', '--job-hook=55'], undefined],
])('the limit in %j is %s ms', (args, limitMs) => {
  process.argv = ['node', 'index.js', ...args];
  expect(jobHookLimitMs()).toBe(limitMs);
});

test.each([
  ["Input 'registries'", 'Variable ECR_LOGIN_REGISTRIES'],
  ["set input 'aws-region'", 'set variable ECR_LOGIN_AWS_REGION'],
  ["set 'container-cli: config-file'", 'set ECR_LOGIN_CONTAINER_CLI=config-file'],
  ["'node' is no setting", "'node' is no setting"],
  ["set input 'isolate-docker-config'", 'set another DOCKER_CONFIG of the runner'],
  ["set 'isolate-docker-config: true'", 'set another DOCKER_CONFIG of the runner'],
])('%j is %j in a job hook, and stays as it is in a step', (text, inHook) => {
  expect(nameSettings(text)).toBe(text);

  process.argv = IN_HOOK;
  expect(nameSettings(text)).toBe(inHook);
});
