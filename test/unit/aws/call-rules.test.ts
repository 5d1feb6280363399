import { describe, expect, test } from '@jest/globals';
import {
  callSettings,
  DEFAULT_MAX_ATTEMPTS,
  describeCallRules,
  readCallRules,
} from '../../../src/aws/call-rules.ts';

const inputs = { httpProxy: '', maxAttempts: undefined };

describe('readCallRules', () => {
  test('with nothing given', () => {
    const rules = { proxies: undefined, maxAttempts: DEFAULT_MAX_ATTEMPTS, maxAttemptsAsked: undefined };
    expect(readCallRules(inputs, {})).toEqual(rules);
  });

  test('with all given', () => {
    const rules = readCallRules({ httpProxy: 'http://proxy', maxAttempts: 2 }, { AWS_MAX_ATTEMPTS: '3' });
    expect(rules).toMatchObject({
      maxAttempts: 2,
      maxAttemptsAsked: 2,
      proxies: { https: { shown: 'http://proxy' } },
    });
  });
});

describe('describeCallRules', () => {
  test.each([
    [inputs, {}, `up to ${DEFAULT_MAX_ATTEMPTS} attempts`],
    [{ ...inputs, maxAttempts: 1 }, {}, '1 attempt'],
    [
      inputs,
      { HTTPS_PROXY: 'http://a.proxy:1' },
      'up to 8 attempts, proxy http://a.proxy:1 (variable HTTPS_PROXY)',
    ],
  ])('%j, %j: %s', (given, environment, words) => {
    expect(describeCallRules(readCallRules(given, environment))).toBe(words);
  });
});

test('every client gets a retry strategy of its own', async () => {
  const rules = readCallRules(inputs, {});
  const [one, other] = [await callSettings('x', rules), await callSettings('x', rules)];
  expect(one.retryStrategy).not.toBe(other.retryStrategy);
  expect(one.maxAttempts).toBe(DEFAULT_MAX_ATTEMPTS);
});
