import { describe, expect, test } from '@jest/globals';
import {
  DEFAULT_MAX_ATTEMPTS,
  describeClientConfig,
  readClientConfig,
  sdkClientConfig,
} from '../../../src/network/client-config.ts';

const inputs = { httpProxy: '', maxAttempts: undefined };

describe('readClientConfig', () => {
  test('with nothing given', () => {
    const clientConfig = {
      proxies: undefined,
      maxAttempts: DEFAULT_MAX_ATTEMPTS,
      requestedMaxAttempts: undefined,
    };
    expect(readClientConfig(inputs, {})).toEqual(clientConfig);
  });

  test('with all given', () => {
    const clientConfig = readClientConfig(
      { httpProxy: 'http://proxy', maxAttempts: 2 },
      { AWS_MAX_ATTEMPTS: '3' },
    );
    expect(clientConfig).toMatchObject({
      maxAttempts: 2,
      requestedMaxAttempts: 2,
      proxies: { https: { shown: 'http://proxy' } },
    });
  });
});

describe('describeClientConfig', () => {
  test.each([
    [inputs, {}, `up to ${DEFAULT_MAX_ATTEMPTS} attempts`],
    [{ ...inputs, maxAttempts: 1 }, {}, '1 attempt'],
    [
      inputs,
      { HTTPS_PROXY: 'http://a.proxy:1' },
      'up to 8 attempts, proxy http://a.proxy:1 (variable HTTPS_PROXY)',
    ],
  ])('%j, %j: %s', (given, environment, words) => {
    expect(describeClientConfig(readClientConfig(given, environment))).toBe(words);
  });
});

test('every client gets a retry strategy of its own', async () => {
  const clientConfig = readClientConfig(inputs, {});
  const [one, other] = [await sdkClientConfig('x', clientConfig), await sdkClientConfig('x', clientConfig)];
  expect(one.retryStrategy).not.toBe(other.retryStrategy);
  expect(one.maxAttempts).toBe(DEFAULT_MAX_ATTEMPTS);
});
