import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  DEFAULT_MAX_ATTEMPTS,
  describeClientConfig,
  readClientConfig,
  sdkClientConfig,
} from '../../../src/network/client-config.ts';
import { captureOutput } from '../written-output.ts';

let written: () => string;
beforeEach(() => {
  written = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
});

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

describe('what is checked before a call', () => {
  test('the secrets of every proxy are masked before an error can show them', () => {
    const environment = { ALL_PROXY: 'http://u:hunter2-of-all@p', AWS_ENDPOINT_URL: 'hunter2-of-all' };
    expect(() =>
      readClientConfig({ ...inputs, httpProxy: 'http://u:hunter2-of-input@p' }, environment),
    ).toThrow('AWS_ENDPOINT_URL is not a URL');
    expect(written()).toContain('::add-mask::hunter2-of-all\n');
    expect(written()).toContain('::add-mask::hunter2-of-input\n');
  });

  test.each([
    ['0', true],
    ['1', false],
    ['', false],
  ])('NODE_TLS_REJECT_UNAUTHORIZED=%s is a warning: %s', (text, warns) => {
    readClientConfig(inputs, { NODE_TLS_REJECT_UNAUTHORIZED: text });
    expect(written().startsWith('::warning::NODE_TLS_REJECT_UNAUTHORIZED is 0')).toBe(warns);
  });
});

describe('describeClientConfig', () => {
  test.each([
    [inputs, {}, 'up to 8 attempts for each call to AWS'],
    [{ ...inputs, maxAttempts: 1 }, {}, '1 attempt for each call to AWS'],
    [
      inputs,
      { HTTPS_PROXY: 'http://a.proxy:1' },
      'up to 8 attempts for each call to AWS, proxy http://a.proxy:1 (variable HTTPS_PROXY)',
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

test('a retry is a line of the log', async () => {
  jest.spyOn(Math, 'random').mockReturnValue(0);
  const { retryStrategy } = await sdkClientConfig('Amazon ECR', readClientConfig(inputs, {}));
  const token = await retryStrategy.acquireInitialRetryToken('');
  await retryStrategy.refreshRetryTokenForRetry(token, { errorType: 'TRANSIENT' });
  expect(written()).toMatch(/^Amazon ECR: .* \(attempt 1 of 8, the next in 0\.0 s\)\n$/);
});
