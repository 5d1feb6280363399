import { once } from 'node:events';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, jest, test } from '@jest/globals';
import { clientSettings, warnOfSettings } from '../../../src/aws/http.ts';
import { maskProxyPasswords, parseProxy, proxyAgent, proxyFor } from '../../../src/aws/proxy.ts';
import { masks, NETWORK, NO_END, output, table, thrownBy, variablesOf } from '../support.ts';

/** The proxy for an address, and what names it, by an input and variables. */
function chosen(variables: string, address: string): string {
  const { input = '', ...env } = variablesOf(variables);
  Object.assign(process.env, env);
  const { protocol, hostname, port } = new URL(address);
  const proxy = proxyFor({ protocol, hostname, ...(port !== '' && { port: Number(port) }) }, input);
  return proxy === undefined ? 'none' : `${proxy.url.host} ${proxy.origin}`;
}

table(`
                                                    | https | none
  HTTPS_PROXY=a HTTP_PROXY=b                        | https | a variable HTTPS_PROXY
  HTTPS_PROXY=b https_proxy=a                       | https | a variable https_proxy
  http_proxy=a HTTP_PROXY=b                         | https | a variable http_proxy
  HTTP_PROXY=http://u:p@a:1                         | https | a:1 variable HTTP_PROXY
  HTTPS_PROXY=a                                     | http  | none
  http_proxy=a HTTP_PROXY=b https_proxy=c           | http  | a variable http_proxy
  ALL_PROXY=a                                       | https | none
  input=i:9 HTTPS_PROXY=a                           | https | i:9 input 'http-proxy'
  input=i:9                                         | http  | i:9 input 'http-proxy'
  HTTP_PROXY=socks5://b NO_PROXY=*                  | https | none
`)('%s, for %s: the proxy is %s', (variables = '', protocol, proxy) => {
  expect(chosen(variables, `${protocol}://ecr.example/`)).toBe(proxy);
});

table(`
  ecr.example            | https://ecr.example       | yes
  .example               | https://ecr.example       | yes
  *.example              | https://ecr.example       | yes
  ECR.example:443        | https://ecr.example       | yes
  ecr.example:80         | http://ecr.example        | yes
  [::1]                  | http://[::1]:80           | yes
  *                      | https://ecr.example       | yes
  ecr.example:8443       | https://ecr.example       | no
  ecr.example:443        | https://ecr.example:8443  | no
  example                | https://ecr.example       | no
  .ecr.example           | https://ecr.example.evil  | no
`)('NO_PROXY=%s excludes %s: %s', (noProxy, url = '', isExcluded) => {
  for (const proxy of [`input=p NO_PROXY=${noProxy}`, `HTTP_PROXY=p no_proxy=${noProxy}`]) {
    expect(chosen(proxy, url) === 'none' ? 'yes' : 'no').toBe(isExcluded);
    for (const name of ['NO_PROXY', 'no_proxy']) delete process.env[name];
  }
});

describe('the URL of a proxy', () => {
  table(`
    http://                        | invalid host or port
    http://jane:hunter2            | invalid host or port
    socks5://jane:hunter2@proxy    | the scheme is not http or https
    xhttps://jane:hunter2@proxy    | the scheme is not http or https
    http://jane:%zz@proxy          | invalid '%' in user or password
    http://%zz:hunter2@proxy       | invalid '%' in user or password
    http://jane:1234/abc@host:9    | '/', '?' or '#' before the '@'
    jane:1234?abc@host:9           | '/', '?' or '#' before the '@'
`)('%s is invalid: %s, and nothing of it is quoted', async (text = '', problem) => {
    const { message, knownError } = await thrownBy(() => parseProxy(text, 'input'));
    expect(message).toBe(`Invalid proxy URL in input: ${problem}.`);
    expect(knownError).toBe('proxy-url-invalid');
  });

  test.each([' host:9/path?q ', 'http://host:9', 'http://u%40:p%40@host:9'])(
    '%j is valid',
    (text) => {
      expect(parseProxy(text, 'x')).toMatchObject({
        origin: 'x',
        url: { host: 'host:9', protocol: 'http:' },
      });
    },
  );

  const basic = (text: string): string => Buffer.from(text).toString('base64');
  table(`
    input=http://build:s3cret@proxy                 | s3cret s3cret ${basic('build:s3cret')}
    input=jane:s3cret@proxy:1                       | s3cret s3cret ${basic('jane:s3cret')}
    HTTP_PROXY=http://j%40n:p%40ss%3A1@proxy        | p%40ss%3A1 p@ss:1 ${basic('j@n:p@ss:1')}
    https_proxy=http://jane:p@ss/w@rd@proxy         | p@ss/w@rd p@ss/w@rd ${basic('jane:p@ss/w@rd')}
    all_proxy=socks5://jane:%zz@proxy               | %zz %zz ${basic('jane:%zz')}
    ALL_PROXY=http://:s3cret@proxy                  | s3cret s3cret ${basic(':s3cret')}
    HTTPS_PROXY=http://%zz:s3cret@proxy             | s3cret s3cret ${basic('%zz:s3cret')}
    HTTP_PROXY=http://a:b@proxy                     | b b ${basic('a:b')}
    http_proxy=http://jane@proxy                    |
    HTTP_PROXY=http://proxy:3128                    |
    NO_PROXY=http://jane:s3cret@proxy               |
`)('of %s, masked are %s', (variables, masked) => {
    const { input = '', ...env } = variablesOf(variables);
    maskProxyPasswords(input, env);
    // The runner takes a % in a command for an escape.
    expect(masks().join(' ').replaceAll('%25', '%')).toBe(masked);
  });
});

table(`
  NODE_TLS_REJECT_UNAUTHORIZED=0   | NODE_TLS_REJECT_UNAUTHORIZED
  NODE_TLS_REJECT_UNAUTHORIZED=1   |
  AWS_USE_FIPS_ENDPOINT=True       | AWS_USE_FIPS_ENDPOINT is 'True'
  AWS_USE_FIPS_ENDPOINT=true       |
  AWS_USE_DUALSTACK_ENDPOINT=1     | AWS_USE_DUALSTACK_ENDPOINT is '1'
  AWS_USE_DUALSTACK_ENDPOINT=false |
                                   |
`)('%s: a warning, %j', (variables, warning = '') => {
  warnOfSettings(variablesOf(variables));
  expect(output()).toMatch(new RegExp(warning === '' ? '^$' : `^::warning::${warning}.*\n$`));
});

test.each([
  [undefined, 0, 1_000],
  [500, 500, 1_000],
  [4_000, 4_000, 4_000],
  // The SDK waits at most 5 s longer than it would.
  [60_000, 5_000, 6_000],
])(
  'asked to wait for %s ms, a throttled call waits as long as the log says',
  async (asked, least, most) => {
    jest.useFakeTimers();
    const { retryStrategy } = clientSettings('Amazon ECR', { ...NETWORK, maxAttempts: 8 }, NO_END);
    const first = await retryStrategy.acquireInitialRetryToken('');
    const start = Date.now();
    const info = { errorType: 'THROTTLING', error: new Error('Rate exceeded') as never } as const;
    const hint = asked === undefined ? {} : { retryAfterHint: new Date(start + asked) };
    const retry = retryStrategy.refreshRetryTokenForRetry(first, { ...info, ...hint });
    await jest.advanceTimersToNextTimerAsync();
    expect((await retry).getRetryCount()).toBe(1);
    const waited = Date.now() - start;
    expect(output()).toBe(
      `Amazon ECR: Rate exceeded (attempt 1 of 8; retrying in ${(waited / 1_000).toFixed(1)} s)\n`,
    );
    expect(waited).toBeGreaterThanOrEqual(least);
    expect(waited).toBeLessThanOrEqual(most);
    jest.useRealTimers();
  },
);

test('no other attempt of a call starts that could take longer than its time', async () => {
  const { retryStrategy } = clientSettings(
    'x',
    { ...NETWORK, maxAttempts: 8 },
    performance.now() + 14_999,
  );
  const first = await retryStrategy.acquireInitialRetryToken('');
  const error = new Error('Rate exceeded') as never;
  const retry = retryStrategy.refreshRetryTokenForRetry(first, { errorType: 'THROTTLING', error });
  await expect(retry).rejects.toBe(error);
});

table(`
  hello\\r\\n\\r\\n
  hello world\\r\\nno header\\r\\n\\r\\n
  \\r\\n\\r\\n
`)('a proxy that answers %j does not speak HTTP, which can pass', async (answer = '') => {
  const server = createServer((socket) => socket.end(answer.replaceAll('\\r\\n', '\r\n')));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const agent = await proxyAgent(parseProxy(host, 'input'), 'ecr.example');
  const [error] = await once(request({ host: 'ecr.example', agent }), 'error');
  expect(error).toMatchObject({ $retryable: {} });
  expect(error.message).toBe(`The proxy http://${host} (input) did not answer with HTTP`);
  server.close();
});
