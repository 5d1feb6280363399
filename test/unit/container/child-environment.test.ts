import { expect, test } from '@jest/globals';
import { childEnvironment } from '../../../src/container/child-environment.ts';

const KEPT_BACK = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_BEARER_TOKEN_BEDROCK',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'ACTIONS_RUNTIME_TOKEN',
  'GITHUB_TOKEN',
  'GH_TOKEN',
  'GITHUB_ENTERPRISE_TOKEN',
  'GH_ENTERPRISE_TOKEN',
  'INPUT_HTTP-PROXY',
  'STATE_logins',
  'ECR_LOGIN_HTTP_PROXY',
  'GITHUB_ENV',
  'GITHUB_OUTPUT',
  'GITHUB_PATH',
  'GITHUB_STATE',
  'GITHUB_STEP_SUMMARY',
];

test.each(KEPT_BACK)('a container client does not get %s', (name) => {
  expect(childEnvironment({ [name]: 'value', PATH: '/bin' })).toEqual({ PATH: '/bin' });
});

test.each([
  ...KEPT_BACK.map((name) => `MY_${name}`),
  ...KEPT_BACK.filter((name) => !/^(?:INPUT|STATE|ECR_LOGIN|AWS_BEARER_TOKEN)_/.test(name)).map(
    (name) => `${name}_FILE`,
  ),
  'PATH',
  'HOME',
  'DOCKER_CONFIG',
  'DOCKER_HOST',
  'HTTPS_PROXY',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'XDG_RUNTIME_DIR',
  'AWS_REGION',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'GITHUB_ENVIRONMENT',
  'MY_INPUT_',
])('a container client gets %s', (name) => {
  expect(childEnvironment({ [name]: 'value' })).toEqual({ [name]: 'value' });
});
