import { describe, expect, test } from '@jest/globals';
import { hookSettings, onFailure } from '../../../src/hook/settings.ts';

describe('the settings of a hook', () => {
  test('are variables named after the inputs', () => {
    const settings = hookSettings({
      ECR_LOGIN_REGISTRIES: ' 123456789012 ',
      ECR_LOGIN_AWS_REGION: 'eu-west-1',
      ECR_LOGIN_MAX_ATTEMPTS: '',
    });
    const names = ['registries', 'aws-region', 'max-attempts', 'container-cli'];
    expect(names.map(settings.get)).toEqual(['123456789012', 'eu-west-1', '', '']);
    expect(names.map(settings.title)[1]).toBe('Variable ECR_LOGIN_AWS_REGION');
  });

  test.each([
    'allowed-account-ids',
    'aws-region',
    'container-cli',
    'credential-source',
    'http-proxy',
    'max-attempts',
    'registries',
    'registry-type',
    'skip-logout',
  ])('can give %s', (input) => {
    const name = `ECR_LOGIN_${input.toUpperCase().replaceAll('-', '_')}`;
    expect(hookSettings({ [name]: 'x' }).get(input)).toBe('x');
  });

  test('give no other input, whatever the variables are', () => {
    const settings = hookSettings({ ECR_LOGIN_NODE: '/node', ECR_LOGIN_ON_FAILURE: 'fail', OTHER: 'x' });
    expect(['node', 'on-failure', 'mask-password'].map(settings.get)).toEqual(['', '', '']);
  });
});

describe('a variable that is no setting is an error', () => {
  test.each([
    ['ECR_LOGIN_REGION', 'Variable ECR_LOGIN_REGION: unknown setting of the job hook.'],
    ['ECR_LOGIN_A\nB', 'Variable ECR_LOGIN_A B: unknown setting of the job hook.'],
    ['ECR_LOGIN_ISOLATE_DOCKER_CONFIG', 'not supported by the job hook: the runner pulls images with'],
    ['ECR_LOGIN_MASK_PASSWORD', 'not supported by the job hook: a hook has no outputs'],
  ])('%s', (name, message) => {
    expect(() => hookSettings({ [name]: 'true' })).toThrow(message);
  });

  test('that names all of them', () => {
    const environment = { ECR_LOGIN_A: '1', ECR_LOGIN_B: '', ECR_LOGIN_ON_FAILURE: 'ignore\n' };
    expect(() => hookSettings(environment)).toThrow(
      /^Variable ECR_LOGIN_A: .*\nVariable ECR_LOGIN_B: .*\nVariable ECR_LOGIN_ON_FAILURE: invalid value 'ignore'\. Allowed: 'warn', 'fail'\.$/,
    );
  });
});

test.each([
  [undefined, 'warn'],
  ['', 'warn'],
  ['warn', 'warn'],
  [' Fail ', 'fail'],
  ['error', undefined],
  ['failed', undefined],
])('ECR_LOGIN_ON_FAILURE %j is %j', (text, expected) => {
  expect(onFailure({ ECR_LOGIN_ON_FAILURE: text })).toBe(expected);
});
