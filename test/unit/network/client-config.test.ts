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
    const rules = { proxies: undefined, maxAttempts: DEFAULT_MAX_ATTEMPTS, maxAttemptsAsked: undefined };
    expect(readClientConfig(inputs, {})).toEqual(rules);
  });

  test('with all given', () => {
    const rules = readClientConfig({ httpProxy: 'http://proxy', maxAttempts: 2 }, { AWS_MAX_ATTEMPTS: '3' });
    expect(rules).toMatchObject({
      maxAttempts: 2,
      maxAttemptsAsked: 2,
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
  const rules = readClientConfig(inputs, {});
  const [one, other] = [await sdkClientConfig('x', rules), await sdkClientConfig('x', rules)];
  expect(one.retryStrategy).not.toBe(other.retryStrategy);
  expect(one.maxAttempts).toBe(DEFAULT_MAX_ATTEMPTS);
});
