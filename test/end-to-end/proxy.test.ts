import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answer, cut } from '../harness/faults.ts';
import { describeReal } from '../harness/real-parts.ts';
import { Tinyproxy } from '../harness/tinyproxy.ts';
import { CertificateAuthority } from '../harness/tls.ts';
import { useWorld } from '../harness/use-world.ts';
import { FAST, TOOLS } from '../harness/usual.ts';

const ALL_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

const world = useWorld();

/** The ports that the proxy was asked to connect to, without repeats. */
const ledTo = (): number[] => [...new Set(world.proxy?.requests.map(({ port }) => port))];

const logIn = (env: Record<string, string>, inputs: Record<string, string> = {}) =>
  world.main({ env: { ...world.keysEnv(), ...env }, inputs, tools: TOOLS });

describe('NODE_USE_ENV_PROXY leads nothing through the proxy', () => {
  const ENV_PROXY = { NODE_USE_ENV_PROXY: '1', NO_PROXY: '' };

  test('of the instance metadata', async () => {
    const proxy = await world.startProxy();
    const env = { ...(await world.startInstanceMetadata()), ...ENV_PROXY, HTTP_PROXY: proxy };
    const main = await world.main({ env, tools: TOOLS });
    expect([main.exitCode, ledTo()]).toEqual([0, [world.aws.port]]);
  });

  test.each(['auto', 'default-chain'])(
    'of the EKS Pod Identity agent, credential-source: %s',
    async (source) => {
      const proxy = await world.startProxy();
      const env = { ...world.podIdentityEnv(), ...ENV_PROXY, HTTP_PROXY: proxy };
      const main = await world.main({ env, inputs: { 'credential-source': source }, tools: TOOLS });
      expect([main.exitCode, ledTo()]).toEqual([0, [world.aws.port]]);
    },
  );

  // The SDK's chain asks again then, with a provider that uses the agent of the whole process.
  test('of the EKS Pod Identity agent that refuses, in the default chain', async () => {
    world.agent.associations.clear();
    const env = { ...world.podIdentityEnv(), ...ENV_PROXY, HTTP_PROXY: await world.startProxy() };
    const main = await world.main({ env, inputs: { 'credential-source': 'default-chain' }, tools: TOOLS });
    expect([main.exitCode, ledTo()]).toEqual([1, []]);
  });
});

test('unchecked certificates are a warning', async () => {
  const main = await logIn({ NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  expect([main.exitCode, main.warnings]).toEqual([
    0,
    [expect.stringContaining('does not check that it talks to AWS')],
  ]);
});

describe.each([
  ['by itself', {}],
  ['with NODE_USE_ENV_PROXY', { NODE_USE_ENV_PROXY: '1' }],
])('which calls go through the proxy, %s', (_, nodeEnv) => {
  test.each(['HTTP_PROXY', 'http_proxy'])('%s: those to http addresses', async (name) => {
    const main = await logIn({ ...nodeEnv, [name]: await world.startProxy() });
    expect(main.exitCode).toBe(0);
    expect(ledTo()).toEqual([world.aws.port]);
  });

  test.each(['HTTPS_PROXY', 'https_proxy'])('%s: not those to http addresses', async (name) => {
    const main = await logIn({ ...nodeEnv, [name]: await world.startProxy() });
    expect(main.exitCode).toBe(0);
    expect(ledTo()).toEqual([]);
  });

  test('the input goes before the environment', async () => {
    const elsewhere = Object.fromEntries(ALL_VARIABLES.map((name) => [name, 'http://127.0.0.1:9']));
    const main = await logIn({ ...nodeEnv, ...elsewhere }, { 'http-proxy': await world.startProxy() });
    expect(main.exitCode).toBe(0);
    expect(ledTo()).toEqual([world.aws.port]);
    expect(main.log).not.toContain('127.0.0.1:9 ');
  });

  test('none is set, so none is used', async () => {
    await world.startProxy();
    const main = await logIn({ ...nodeEnv, HTTPS_PROXY: '', ALL_PROXY: world.proxy?.url ?? '' });
    expect(main.exitCode).toBe(0);
    expect(ledTo()).toEqual([]);
  });

  describe.each(['NO_PROXY', 'no_proxy'])('%s', (name) => {
    const forms: [form: string, value: (port: number) => string][] = [
      ['host', () => '127.0.0.1'],
      ['.suffix', () => '.0.0.1'],
      ['*.suffix', () => '*.0.0.1'],
      ['*', () => '*'],
      ['host:port', (port) => `127.0.0.1:${port}`],
      ['a list by commas', () => 'localhost,.example.com,127.0.0.1'],
      ['a list by spaces', () => 'localhost .example.com 127.0.0.1'],
    ];
    test.each(forms)('%s', async (_form, value) => {
      const inputs = { 'http-proxy': await world.startProxy() };
      const main = await logIn({ ...nodeEnv, [name]: value(world.aws.port) }, inputs);
      expect(main.exitCode).toBe(0);
      expect(ledTo()).toEqual([]);
    });

    test('another host, or another port', async () => {
      const inputs = { 'http-proxy': await world.startProxy() };
      const main = await logIn(
        { ...nodeEnv, [name]: `127.0.0.2,example.com,127.0.0.1:${world.aws.port + 1}` },
        inputs,
      );
      expect(main.exitCode).toBe(0);
      expect(ledTo()).toEqual([world.aws.port]);
    });
  });
});

describe('https addresses, as those of AWS are', () => {
  let front: Server;
  let env: Record<string, string>;

  /** TLS in front of the services: their names on a certificate that the step is told to trust. */
  beforeEach(async () => {
    const authority = await CertificateAuthority.create(join(world.directory, 'front'));
    const { certificateFile, keyFile } = await authority.issue(['localhost']);
    const keys = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
    front = createServer(keys, (socket) => {
      const behind = connect(world.aws.port, world.aws.host);
      for (const end of [socket, behind]) end.on('error', () => end.destroy());
      socket.pipe(behind).pipe(socket);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const endpoint = `https://localhost:${frontPort()}`;
    env = { AWS_ENDPOINT_URL: endpoint, NODE_EXTRA_CA_CERTS: authority.file };
  });
  afterEach(() => new Promise((resolve) => front.close(resolve)));
  const frontPort = (): number => (front.address() as { port: number }).port;

  test.each(ALL_VARIABLES)('%s', async (name) => {
    const main = await logIn({ ...env, [name]: await world.startProxy() });
    expect(main.exitCode).toBe(0);
    expect(world.proxy?.requests).toMatchObject([{ kind: 'tunnel', host: 'localhost', port: frontPort() }]);
  });

  test('HTTPS_PROXY goes before HTTP_PROXY', async () => {
    const main = await logIn({
      ...env,
      HTTPS_PROXY: await world.startProxy(),
      HTTP_PROXY: 'http://127.0.0.1:9',
    });
    expect(main.exitCode).toBe(0);
    expect(ledTo()).toEqual([frontPort()]);
  });

  describe('TLS fails, and the error says why', () => {
    const explained = async (
      environment: Record<string, string>,
      inputs: Record<string, string>,
      texts: string[],
    ) => {
      const main = await logIn(environment, { 'max-attempts': '1', ...inputs });
      for (const text of texts) expect(main.errors.join()).toContain(text);
    };

    test('the certificate is not trusted', () =>
      explained({ ...env, NODE_EXTRA_CA_CERTS: '' }, {}, ['does not trust the certificate of the endpoint']));

    test('the certificate is for another name', () => {
      const AWS_ENDPOINT_URL = `https://127.0.0.1:${frontPort()}`;
      return explained({ ...env, AWS_ENDPOINT_URL }, {}, [
        "does not match certificate's altnames",
        'Something else responds under the name 127.0.0.1',
      ]);
    });

    test('the endpoint has no TLS', () => {
      const AWS_ENDPOINT_URL = `https://127.0.0.1:${world.aws.port}`;
      return explained({ AWS_ENDPOINT_URL }, {}, ['wrong version number', 'does not use TLS']);
    });

    test('the certificate of the proxy is not trusted', () =>
      explained({}, { 'http-proxy': `https://localhost:${frontPort()}` }, [
        `The proxy https://localhost:${frontPort()} (input 'http-proxy') cannot be reached: `,
        'does not trust the certificate of the proxy',
      ]));
  });

  test('the input, and ECR Public', async () => {
    const main = await logIn(env, { 'http-proxy': await world.startProxy(), 'registry-type': 'public' });
    expect(main.exitCode).toBe(0);
    expect(ledTo()).toEqual([frontPort()]);
    expect(world.aws.calls.map(({ service }) => service)).toEqual(['ecr-public']);
  });
});

describe('credentials', () => {
  test('calls to STS for IRSA go through the proxy', async () => {
    const inputs = { 'http-proxy': await world.startProxy() };
    const main = await world.main({ env: world.webIdentityEnv(), inputs, tools: TOOLS });
    expect(main.exitCode).toBe(0);
    const ways = world.aws.calls.map(({ service, callerPort }) => [service, world.proxy?.made(callerPort)]);
    expect(ways).toEqual([
      ['sts', true],
      ['ecr', true],
    ]);
  });

  test.each(['role_arn', 'web_identity_token_file'])(
    'calls to STS for a profile with %s go through the proxy',
    async (kind) => {
      const role = `role_arn = arn:aws:iam::${world.accountId}:role/r`;
      const token = world.webIdentityEnv()['AWS_WEB_IDENTITY_TOKEN_FILE'];
      const keys = world.identities.keys;
      const source = kind === 'role_arn' ? 'source_profile = base' : `web_identity_token_file = ${token}`;
      const base = `[profile base]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\n`;
      const config = join(world.directory, 'aws-config');
      writeFileSync(config, `[profile ci]\n${role}\n${source}\n${base}`, { mode: 0o600 });
      const env = { ...world.regionEnv(), AWS_PROFILE: 'ci', AWS_CONFIG_FILE: config };
      const inputs = { 'http-proxy': await world.startProxy() };
      const main = await world.main({ env, inputs, tools: TOOLS });
      expect(main.errors).toEqual([]);
      const ways = world.aws.calls.map(({ service, callerPort }) => [service, world.proxy?.made(callerPort)]);
      expect(ways).toEqual([
        ['sts', true],
        ['ecr', true],
      ]);
    },
  );

  test.each([
    ['when it answers', 0],
    ['when it refuses, and is asked once more for its message', 1],
  ])('the agent of EKS Pod Identity is never asked through a proxy: %s', async (_when, exitCode) => {
    const proxy = await world.startProxy();
    const everywhere = Object.fromEntries(ALL_VARIABLES.map((name) => [name, proxy]));
    if (exitCode === 1) world.agent.faults.always(answer(404, 'not here'));
    // Node's own support for proxies must not change that.
    const env = { ...world.podIdentityEnv(), ...everywhere, NODE_USE_ENV_PROXY: '1' };
    const main = await world.main({ env, inputs: { 'http-proxy': proxy }, tools: TOOLS });
    expect(main.exitCode).toBe(exitCode);
    expect(world.agent.requests).toHaveLength(exitCode === 0 ? 1 : 2);
    expect(ledTo()).toEqual(exitCode === 0 ? [world.aws.port] : []);
  });

  test('the instance metadata is never asked through a proxy', async () => {
    const inputs = { 'http-proxy': await world.startProxy() };
    const main = await world.main({ env: await world.startInstanceMetadata(), inputs, tools: TOOLS });
    expect(main.exitCode).toBe(0);
    expect(ledTo()).toEqual([world.aws.port]);
  });
});

describe('a proxy that requires a login', () => {
  const login = { username: 'build agent', password: 'p@ss/w0rd:with%everything' };

  test.each(['input', 'variable'])(
    'gets user and password from the %s, and neither is in the log',
    async (by) => {
      const url = await world.startProxy(login);
      const main = await logIn(
        by === 'variable' ? { HTTP_PROXY: url } : {},
        by === 'input' ? { 'http-proxy': url } : {},
      );
      expect(main.exitCode).toBe(0);
      expect(ledTo()).toEqual([world.aws.port]);
      const sent = Buffer.from(`${login.username}:${login.password}`).toString('base64');
      for (const secret of [login.password, encodeURIComponent(login.password), sent]) {
        expect(main.masks).toContain(secret);
        expect(main.log).not.toContain(secret);
      }
    },
  );

  test('gets none: the error says so, and how to set them', async () => {
    await world.startProxy(login);
    const main = await logIn({ HTTP_PROXY: world.proxy?.url ?? '' });
    expect(main.exitCode).toBe(1);
    expect(main.errors[0]).toContain(
      `The proxy ${world.proxy?.url} (variable HTTP_PROXY) refused the connection`,
    );
    expect(main.errors[0]).toContain('407');
    expect(main.errors[0]).toContain('secrets.PROXY_URL }}');
    expect(world.proxy?.requests).toHaveLength(1);
    expect(world.aws.requests).toEqual([]);
  });

  test('gets a wrong one, which is not in the log', async () => {
    await world.startProxy(login);
    world.addSecret('proxy password', 'wr0ng-passw0rd', 'given');
    const main = await logIn(
      {},
      { 'http-proxy': `http://jane.doe:wr0ng-passw0rd@${world.proxy?.authority}` },
    );
    expect(main.errors[0]).toContain('407');
    expect(main.stdout.replace(/^::add-mask::.*$/gm, '')).not.toMatch(/wr0ng|jane\.doe/);
  });
});

describe('a proxy that fails: the error names it', () => {
  test.each([
    ['refuses', () => world.proxy?.faults.always(answer(403)), 'refused the connection', 'Allow ', 1],
    [
      'is unavailable',
      () => world.proxy?.faults.always(answer(503)),
      'refused the connection',
      'it cannot reach ',
      3,
    ],
    [
      'cuts the connection',
      () => world.proxy?.faults.always(cut()),
      'cannot be reached',
      'Test the proxy from the runner',
      3,
    ],
  ])('it %s', async (_what, arrange, message, remedy, attempts) => {
    const inputs = { 'http-proxy': await world.startProxy(), 'max-attempts': '3' };
    arrange();
    const main = await logIn(FAST, inputs);
    expect(main.exitCode).toBe(1);
    expect(main.errors[0]).toContain(`The proxy ${world.proxy?.url} (input 'http-proxy') ${message}`);
    expect(main.errors[0]).toContain(remedy);
    expect(world.proxy?.requests).toHaveLength(attempts);
    expect(main.log.match(/attempt \d of 3, the next in/g) ?? []).toHaveLength(attempts - 1);
  });

  test('nothing listens there', async () => {
    const inputs = { 'http-proxy': await world.startProxy(), 'max-attempts': '2' };
    await world.proxy?.stop();
    const main = await logIn(FAST, inputs);
    expect(main.errors[0]).toContain(
      `The proxy ${inputs['http-proxy']} (input 'http-proxy') cannot be reached`,
    );
    expect(main.errors[0]).toContain('ECONNREFUSED');
    await world.startProxy();
  });

  test('it has no TLS, which its URL asks for', async () => {
    const url = (await world.startProxy()).replace('http:', 'https:');
    const main = await logIn({}, { 'http-proxy': url, 'max-attempts': '1' });
    expect(main.errors[0]).toContain(`The proxy ${url} (input 'http-proxy') cannot be reached: `);
    expect(main.errors[0]).toContain('Write the URL of the proxy with http://');
  });

  test('the service behind it fails: the call is retried as without a proxy', async () => {
    world.aws.faults.times(2, cut());
    const main = await logIn(FAST, { 'http-proxy': await world.startProxy() });
    expect(main.exitCode).toBe(0);
    expect(main.log).toContain('let the call to 127.0.0.1');
    expect(world.aws.requests).toHaveLength(3);
  });
});

describe('an invalid proxy URL is an error before any call', () => {
  test.each([
    ["input 'http-proxy'", {}, { 'http-proxy': 'socks5://proxy:1080' }],
    ["input 'http-proxy'", {}, { 'http-proxy': 'http://proxy:3128o' }],
    ['variable HTTPS_PROXY', { HTTPS_PROXY: 'http://' }, {}],
    ['variable https_proxy', { https_proxy: 'http://[::1' }, {}],
    ['variable HTTP_PROXY', { HTTP_PROXY: 'ftp://proxy' }, {}],
    ['variable http_proxy', { http_proxy: 'http://a b' }, {}],
  ])('%s', async (origin, env: Record<string, string>, inputs: Record<string, string>) => {
    const main = await world.main({ env: { ...world.podIdentityEnv(), ...env }, inputs, tools: TOOLS });
    expect(main.exitCode).toBe(1);
    expect(main.errors).toHaveLength(1);
    expect(main.errors[0]).toContain(`Invalid proxy URL in ${origin}:`);
    expect([...world.agent.requests, ...world.aws.requests]).toEqual([]);
    expect(main.toolRuns).toEqual([]);
  });

  test.each([
    ['as it is', 'http://jane.doe:hunter2secret@proxy:port'],
    ['with a #', 'http://jane.doe:hunter2secret#abc@host:9'],
    ['with digits before a #, which look like a port', 'http://jane.doe:20262026#abcdefgh@host:9'],
    ['where the host was forgotten', 'http://jane.doe:hunter2secret'],
  ])('its password is not in the log: %s', async (_what, url) => {
    const password = /jane\.doe:([^@]*)/.exec(url)?.[1] ?? '';
    for (const part of [password, ...password.split('#')]) world.addSecret('proxy password', part, 'given');
    for (const [env, inputs] of [[{}, { 'http-proxy': url }] as const, [{ HTTPS_PROXY: url }, {}] as const]) {
      const main = await logIn(env, inputs);
      expect(main.errors[0]).toContain('Invalid proxy URL in ');
      expect(main.errors[0]).toContain('put user:password@ before the host');
    }
  });
});

describe('a proxy that docker alone uses, and quotes', () => {
  const password = 'envproxysecret99';
  const says = (words: string) => ({ docker: { on: 'login', stderr: `Error: ${words}\n`, exitCode: 1 } });

  test.each([...ALL_VARIABLES, 'ALL_PROXY', 'all_proxy'])(
    '%s: its user and password are not shown',
    async (name) => {
      world.addSecret('proxy password', password, 'given');
      const env = { ...world.keysEnv(), [name]: `http://bob.builder:${password}@proxy.example:1` };
      const inputs = { 'http-proxy': await world.startProxy() };
      const main = await world.main({
        env,
        inputs,
        tools: says(`proxy login bob.builder ${password} refused`),
      });
      expect(main.errors[0]).toContain('Error: proxy login *** *** refused');
      expect(main.summary).toContain('Error: proxy login *** *** refused');
      expect(main.masks).toContain(password);
    },
  );
});

test('a proxy that is not valid and that only docker uses, and quotes: its password is not shown', async () => {
  const password = 'not/escaped-in-the-url';
  world.addSecret('proxy password', password, 'given');
  const url = `http://bob.builder:${password}@proxy.example:1`;
  const docker = { on: 'login', stderr: `proxyconnect tcp: parse "${url}": invalid port`, exitCode: 1 };
  const inputs = { 'http-proxy': await world.startProxy() };
  const main = await world.main({ env: { ...world.keysEnv(), HTTP_PROXY: url }, inputs, tools: { docker } });
  expect(main.errors[0]).toContain('parse "http://***@proxy.example:1": invalid port');
});

describeReal('a real proxy, with basic authentication', ['tinyproxy'], () => {
  let proxy: Tinyproxy;
  beforeEach(async () => {
    proxy = await Tinyproxy.start(join(world.directory, 'tinyproxy'), 'build-agent', 'pass-w0rd.1');
    world.addSecret('proxy password', 'pass-w0rd.1', 'given');
  });
  afterEach(() => proxy.stop());

  test('passes the calls to STS and ECR', async () => {
    const inputs = { 'http-proxy': `http://build-agent:pass-w0rd.1@127.0.0.1:${proxy.port}` };
    const main = await world.main({ env: world.webIdentityEnv(), inputs });
    expect(main.errors).toEqual([]);
    expect(world.aws.calls.map(({ service }) => service)).toEqual(['sts', 'ecr']);
    const connects = proxy.log.match(/CONNECT 127\.0\.0\.1:\d+/g) ?? [];
    expect(new Set(connects)).toEqual(new Set([`CONNECT 127.0.0.1:${world.aws.port}`]));
    expect(connects.length).toBeGreaterThanOrEqual(2);
    expect((await world.post(main)).exitCode).toBe(0);
  });

  test('refuses without a login: the error names the proxy', async () => {
    const main = await logIn({}, { 'http-proxy': `http://127.0.0.1:${proxy.port}` });
    expect(main.errors[0]).toContain(`The proxy http://127.0.0.1:${proxy.port} (input 'http-proxy') refused`);
    expect(main.errors[0]).toContain('407');
  });
});
