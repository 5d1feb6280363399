import { describe, expect, test } from '@jest/globals';
import { chooseSigner } from '../../../src/aws/identity.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const pod = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials' };

describe('chooseSigner', () => {
  test.each([
    ['keys', keys, 'environment'],
    ['keys in a pod that has an identity', { ...keys, ...pod }, 'environment'],
    ['a pod that has an identity', pod, 'container'],
    ['half a key in such a pod', { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', ...pod }, 'container'],
    ['the other half', { AWS_SECRET_ACCESS_KEY: 'secret', ...pod }, 'container'],
    ['blanked keys', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', ...pod }, 'container'],
    ['a blanked address', { AWS_CONTAINER_CREDENTIALS_FULL_URI: '' }, 'default-chain'],
    ['nothing', {}, 'default-chain'],
  ])('%s', (_, environment, source) => {
    expect(chooseSigner(environment).source).toBe(source);
  });
});
