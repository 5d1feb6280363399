import { once } from 'node:events';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, jest, test } from '@jest/globals';
import { clientSettings, warnOfUncheckedTls } from '../../../src/aws/http.ts';
import { maskProxyPasswords, parseProxy, proxyAgent, proxyFor } from '../../../src/aws/proxy.ts';
import { expectLinear, masks, NETWORK, NO_END, output, thrownBy } from '../support.ts';

type Env = Readonly<Record<string, string>>;

/** The proxy for an address, and what names it; undefined without one. */
function chosen(address: string, input: string, env: Env): string | undefined {
  const { protocol, hostname, port } = new URL(address);
  const request = { protocol, hostname, ...(port !== '' && { port: Number(port) }) };

  const proxy = proxyFor(request, input, env);
  return proxy && `${proxy.url.host} ${proxy.origin}`;
}

test.each<[protocol: string, Env, proxy: string | undefined, input?: string]>([
  ['https', { ALL_PROXY: 'c', HTTPS_PROXY: 'a', HTTP_PROXY: 'b' }, 'a variable HTTPS_PROXY'],
  ['https', { HTTPS_PROXY: 'b', https_proxy: 'a' }, 'a variable https_proxy'],
  ['https', { HTTP_PROXY: 'http://u:p@a:1' }, 'a:1 variable HTTP_PROXY'],
  ['http', { HTTPS_PROXY: 'a' }, undefined],
  ['http', { http_proxy: 'a', HTTP_PROXY: 'b', https_proxy: 'c' }, 'a variable http_proxy'],
  ['https', { HTTPS_PROXY: 'a' }, "i:9 input 'http-proxy'", 'i:9'],
  ['https', { HTTP_PROXY: 'socks5://b', NO_PROXY: '*' }, undefined],
])('for %s and %j, the proxy is %s', (protocol, env, proxy, input = '') => {
  expect(chosen(`${protocol}://ecr.example/`, input, env)).toBe(proxy);
});

/** Names as curl 8 and Python 3 read them, `*.` and ports as Go does. */
test.each<[noProxy: string, url: string, isExcluded: boolean]>([
  ['ecr.example', 'https://ecr.example', true],
  ['example', 'https://ecr.example', true],
  ['.ecr.example', 'https://ecr.example', true],
  ['*.example', 'https://ecr.example', true],
  ['*example', 'https://ecr.example', true],
  ['ECR.example:443', 'https://ecr.example', true],
  ['ecr.example:80', 'http://ecr.example', true],
  ['[::1]', 'http://[::1]:80', true],
  ['*', 'https://ecr.example', true],
  [',', 'https://ecr.example', false],
  ['ecr.example:443', 'https://ecr.example:8443', false],
  ['cr.example', 'https://ecr.example', false],
  ['.ecr.example', 'https://ecr.example.evil', false],
])('NO_PROXY=%s excludes %s: %s', (noProxy, url, isExcluded) => {
  const byInput = chosen(url, 'p', { NO_PROXY: noProxy });
  const byVariable = chosen(url, '', { HTTP_PROXY: 'p', no_proxy: noProxy });

  for (const proxy of [byInput, byVariable]) expect(proxy === undefined).toBe(isExcluded);
});

describe('the URL of a proxy', () => {
  test.each([
    ['http://jane:hunter2', 'invalid host or port'],
    ['socks5://jane:hunter2@proxy', 'the scheme is not http or https'],
    ['xhttps://jane:hunter2@proxy', 'the scheme is not http or https'],
    ['http://jane:%zz@proxy', "invalid '%' in user or password"],
    ['http://%zz:hunter2@proxy', "invalid '%' in user or password"],
    ['http://jane:1234/abc@host:9', "'/', '?' or '#' before the '@'"],
    ['jane:1234?abc@host:9', "'/', '?' or '#' before the '@'"],
  ])('%s is invalid: %s, and nothing of it is quoted', async (text, problem) => {
    const { message, knownError } = await thrownBy(() => parseProxy(text, 'input'));

    expect(message).toBe(`Invalid proxy URL in input: ${problem}.`);
    expect(knownError).toBe('proxy-url-invalid');
  });

  test.each([' host:9/path?q ', 'http://host:9', 'http://u%40:p%40@host:9'])(
    '%j is valid',
    (text) => {
      const url = { host: 'host:9', protocol: 'http:' };

      expect(parseProxy(text, 'x')).toMatchObject({ origin: 'x', url });
    },
  );

  /** The password as it is written and as it is meant, and what a client sends of it. */
  const secrets = (written: string, meant: string, login: string): string[] => [
    written,
    meant,
    Buffer.from(login).toString('base64'),
  ];

  test.each<[Env, masked: string[]]>([
    [{ 'INPUT_HTTP-PROXY': 'jane:s3cret@proxy:1' }, secrets('s3cret', 's3cret', 'jane:s3cret')],
    [
      { HTTP_PROXY: 'http://j%40n:p%40ss%3A1@proxy' },
      secrets('p%40ss%3A1', 'p@ss:1', 'j@n:p@ss:1'),
    ],
    [
      { https_proxy: 'http://jane:p@ss/w@rd@proxy' },
      secrets('p@ss/w@rd', 'p@ss/w@rd', 'jane:p@ss/w@rd'),
    ],
    [{ all_proxy: 'socks5://jane:%zz@proxy' }, secrets('%zz', '%zz', 'jane:%zz')],
    [{ ALL_PROXY: 'http://:b@proxy' }, secrets('b', 'b', ':b')],
    [
      { ECR_LOGIN_HTTP_PROXY: 'http://%zz:s3cret@proxy' },
      secrets('s3cret', 's3cret', '%zz:s3cret'),
    ],
    [{ http_proxy: 'http://jane@proxy' }, []],
    [{ NO_PROXY: 'http://jane:s3cret@proxy' }, []],
  ])('of %j, masked are %j', (env, masked) => {
    maskProxyPasswords(env);

    // The runner takes a % in a command for an escape.
    expect(masks().map((secret) => secret.replaceAll('%25', '%'))).toEqual(masked);
  });
});

test.each(['/', ':', '@', '%', 'a', ':/', '@/'])('128 KB of %j in a proxy URL', (piece) => {
  for (const start of ['', 'http:', 'http://u:']) {
    expectLinear(piece, (text) => maskProxyPasswords({ HTTP_PROXY: start + text }));
  }
});

test.each<[name: string, value: string, warning?: string]>([
  ['NODE_TLS_REJECT_UNAUTHORIZED', '0', 'NODE_TLS_REJECT_UNAUTHORIZED'],
  ['NODE_TLS_REJECT_UNAUTHORIZED', '1'],
])('%s=%s: the warning %s', (name, value, warning = '') => {
  warnOfUncheckedTls({ [name]: value });

  const expected = warning === '' ? /^$/ : new RegExp(`^::warning::${warning}.*\n$`);
  expect(output()).toMatch(expected);
});

const THROTTLED = {
  errorType: 'THROTTLING',
  error: new Error('Rate exceeded') as never,
} as const;

test('a throttled call waits as long as the log says', async () => {
  jest.useFakeTimers();
  const { retryStrategy } = clientSettings('Amazon ECR', { ...NETWORK, maxAttempts: 8 }, NO_END);
  const first = await retryStrategy.acquireInitialRetryToken('');

  const start = Date.now();
  const retry = retryStrategy.refreshRetryTokenForRetry(first, THROTTLED);
  await jest.advanceTimersToNextTimerAsync();
  expect((await retry).getRetryCount()).toBe(1);

  const seconds = ((Date.now() - start) / 1_000).toFixed(1);
  expect(output()).toBe(`Amazon ECR: Rate exceeded (attempt 1 of 8; retrying in ${seconds} s)\n`);
  jest.useRealTimers();
});

test('no other attempt of a call starts that could take longer than its time', async () => {
  const endMs = performance.now() + 14_999;
  const { retryStrategy } = clientSettings('x', { ...NETWORK, maxAttempts: 8 }, endMs);

  const first = await retryStrategy.acquireInitialRetryToken('');
  const retry = retryStrategy.refreshRetryTokenForRetry(first, THROTTLED);
  await expect(retry).rejects.toBe(THROTTLED.error);
});

test.each(['hello\r\n\r\n', 'hello world\r\nno header\r\n\r\n', '\r\n\r\n'])(
  'a proxy that answers %j does not speak HTTP, which can pass',
  async (answer) => {
    const server = createServer((socket) => socket.end(answer));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

    const agent = await proxyAgent(parseProxy(host, 'input'), 'ecr.example');
    const [error] = await once(request({ host: 'ecr.example', agent }), 'error');

    expect(error).toMatchObject({ $retryable: {} });
    expect(error.message).toBe(`The proxy http://${host} (input) did not answer with HTTP`);
    server.close();
  },
);
