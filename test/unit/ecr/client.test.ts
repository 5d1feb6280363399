import { describe, expect, test } from '@jest/globals';
import { ecrClientConfig, userAgent } from '../../../src/ecr/client.ts';
import { PRODUCT } from '../../../src/runner/product.ts';

describe('userAgent', () => {
  const own: [string, string] = [PRODUCT.name, PRODUCT.version];
  test.each([
    [
      'as the runner sets them',
      { GITHUB_RUN_ID: '1658821493', GITHUB_RUN_ATTEMPT: '12' },
      [
        ['md/run_id', '1658821493'],
        ['md/attempt', '12'],
      ],
    ],
    ['outside of a run', {}, []],
    ['empty', { GITHUB_RUN_ID: '', GITHUB_RUN_ATTEMPT: '' }, []],
    [
      'text that would break the header',
      { GITHUB_RUN_ID: '1\r\nx: y', GITHUB_RUN_ATTEMPT: '1' },
      [['md/attempt', '1']],
    ],
    ['no number', { GITHUB_RUN_ID: '12', GITHUB_RUN_ATTEMPT: 'one' }, [['md/run_id', '12']]],
    ['longer than any run', { GITHUB_RUN_ID: '1'.repeat(21), GITHUB_RUN_ATTEMPT: '1'.repeat(7) }, []],
  ])('%s', (_, environment, pairs) => {
    expect(userAgent(environment)).toEqual([own, ...pairs]);
  });
});

test('the clients of a step share its credentials, its client config and its user agent', () => {
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  const clientConfig = { proxies: undefined, maxAttempts: 1, requestedMaxAttempts: 1 };
  const environment = { GITHUB_RUN_ID: '1' };
  expect(ecrClientConfig(environment, credentials, clientConfig)).toEqual({
    credentials,
    clientConfig,
    customUserAgent: userAgent(environment),
  });
});
