import { describe, expect, test } from '@jest/globals';
import { type Fault, text } from '../harness/http-stand-in.ts';
import { profileKeys } from '../harness/identities.ts';
import { describeReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { FAKE_DOCKER, FAST, ONE_ERROR, SUCCESS, useWorld, world } from '../harness/use-world.ts';
import type { Environment } from '../harness/world.ts';

const NODE = { NODE_USE_ENV_PROXY: '1', NO_PROXY: '' };

useWorld({ tools: FAKE_DOCKER });

/** The ports that the proxy was asked to connect to, without repeats. */
function ledTo(): number[] {
  const ports = world.proxy.requests.map(({ port }) => port);
  return [...new Set(ports)];
}

/** Expects that the step succeeded, and that of its calls only those to AWS went through the proxy. */
function expectAwsAlone(main: StepResult) {
  expect(main).toMatchObject(SUCCESS);
  expect(ledTo()).toEqual([world.aws.port]);
}

const logIn = (moreEnv: Environment, inputs = {}) =>
  world.main({ env: world.keysEnv(), moreEnv, inputs });

describe('a proxy', () => {
  test('gets no calls to what NO_PROXY names', async () => {
    const env = { NO_PROXY: 'localhost,.example.com,127.0.0.1' };
    const main = await logIn(env, { 'http-proxy': await world.startProxy() });

    expect(main).toMatchObject(SUCCESS);
    expect(ledTo()).toEqual([]);
  });

  test('gets the calls to STS, for IRSA and for a profile', async () => {
    const inputs = { 'http-proxy': await world.startProxy() };
    const endpoint = { AWS_ENDPOINT_URL: 'http://known-to-the-proxy-alone.amazonaws.com' };

    const role = `role_arn = arn:aws:iam::${world.accountId}:role/r`;
    world.writeHome('.aws/config', `[profile ci]\n${role}\nsource_profile = base\n`);
    world.writeHome('.aws/credentials', `[base]\n${profileKeys(world.identities.keys)}`);

    const profile = { ...world.regionEnv(), AWS_PROFILE: 'ci' };
    for (const env of [world.webIdentityEnv(), profile]) {
      const main = await world.main({ env: { ...env, ...endpoint }, inputs });
      expect(main.errors).toEqual([]);
    }

    expect(world.aws.calls.map(({ service }) => service)).toEqual(['sts', 'ecr', 'sts', 'ecr']);
  });
});

describeReal('https addresses, as those of AWS are', ['openssl'], () => {
  useWorld({ realNames: true, tools: FAKE_DOCKER });
  const tunnels = () => world.proxy.requests.map(({ host }) => host);

  test.each(['https_proxy', 'HTTP_PROXY'])('go through %s', async (name) => {
    const main = await logIn({ [name]: await world.startProxy() });
    expect(main).toMatchObject(SUCCESS);
    expect(tunnels()).toEqual(['localhost']);
  });

  test('go through the input, by their real names', async () => {
    const inputs = {
      'http-proxy': await world.startProxy(),
      registries: 'public.ecr.aws,123456789012',
    };
    const main = await logIn({ AWS_ENDPOINT_URL: undefined }, inputs);

    expect(main.errors).toEqual([]);
    expect(tunnels().toSorted()).toEqual([
      'api.ecr-public.us-east-1.amazonaws.com',
      'api.ecr.eu-west-1.amazonaws.com',
    ]);
  });

  test('of a container endpoint go directly, also with NODE_USE_ENV_PROXY', async () => {
    const env = {
      ...NODE,
      HTTPS_PROXY: await world.startProxy(),
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `https://localhost:${world.aws.port}`,
    };
    const inputs = { 'credential-source': 'container', 'max-attempts': '1' };
    const main = await logIn(env, inputs);

    expect(main).toMatchObject(ONE_ERROR);
    expect(tunnels()).toEqual([]);
    expect(world.aws.requests).toHaveLength(1);
  });

  test('fail through a proxy that connects and is silent: the error names it', async () => {
    const inputs = { 'http-proxy': await world.startProxy(), 'max-attempts': '1' };
    world.proxy.faults.always(text(200));

    const main = await logIn(FAST, inputs);

    expect(main.errors[0]).toContain(`The proxy ${world.proxy.url} (input 'http-proxy')`);
  });

  test('fail for a certificate that is not trusted, and the error says what to set', async () => {
    const main = await logIn({ NODE_EXTRA_CA_CERTS: '' }, { 'max-attempts': '1' });

    expect(main.exitCode).toBe(1);
    expect(main.errors.join()).toContain('NODE_EXTRA_CA_CERTS');
  });
});

describe('with NODE_USE_ENV_PROXY and all variables, no call goes through the proxy', () => {
  test.each([
    ['of the EKS Pod Identity agent', 'auto', true],
    ['of the EKS Pod Identity agent, in the default chain', 'default-chain', true],
    ['of an agent that refuses, in the default chain', 'default-chain', false],
  ])('%s', async (_, source, isAssociated) => {
    const proxy = await world.startProxy();
    const everywhere = {
      HTTPS_PROXY: proxy,
      https_proxy: proxy,
      HTTP_PROXY: proxy,
      http_proxy: proxy,
    };
    if (!isAssociated) world.agent.associations.clear();

    const main = await world.main({
      moreEnv: { ...NODE, ...everywhere, ...FAST },
      inputs: { 'credential-source': source, 'http-proxy': proxy },
    });

    expect(main.exitCode).toBe(isAssociated ? 0 : 1);
    expect(ledTo()).toEqual(isAssociated ? [world.aws.port] : []);
    expect(world.agent.requests.length).toBeGreaterThan(0);
  });

  test('of the instance metadata', async () => {
    const metadata = await world.startInstanceMetadata();
    const proxy = { HTTP_PROXY: await world.startProxy() };
    const main = await world.main({ env: { ...metadata, ...NODE, ...proxy } });

    expectAwsAlone(main);
  });
});

describe('a proxy that requires a login', () => {
  const login = { username: 'build agent', password: 'p@ss/w0rd:with%everything' };

  test.each(['input', 'variable'])('gets it from the %s; the password is masked', async (by) => {
    const url = await world.startProxy(login);
    const env = { DEBUG: '*', ...(by === 'variable' && { HTTP_PROXY: url }) };
    const main = await logIn(env, by === 'input' ? { 'http-proxy': url } : {});

    expectAwsAlone(main);

    const sent = Buffer.from(`${login.username}:${login.password}`).toString('base64');
    const forms = [login.password, encodeURIComponent(login.password), sent];
    expect([...main.masks]).toEqual(expect.arrayContaining(forms));
  });

  test.each([
    ['none', ''],
    ['a wrong one', 'jane:wr0ng-passw0rd@'],
  ])('gets %s: the error says so, how to set it, and shows no password', async (_, wrong) => {
    await world.startProxy(login);
    world.addSecret('proxy password', 'wr0ng-passw0rd');

    const main = await logIn({}, { 'http-proxy': `http://${wrong}${world.proxy.address}` });

    const told = [world.proxy.address, "'http-proxy'", '407', 'secrets.PROXY_URL }}'];
    for (const words of told) expect(main.errors[0]).toContain(words);
    expect(main.stdout.replace(/^::add-mask::.*$/gm, '')).not.toContain('wr0ng');
    expect(world.proxy.requests).toHaveLength(1);
  });
});

describe('a proxy that fails', () => {
  test.each<[what: string, fault: Fault, attempts: number]>([
    ['refuses', text(403), 1],
    ['is unavailable', text(503), 3],
    ['does not answer', 'hang', 3],
    ['connects and is silent', text(200), 3],
    ['closes the connection', 'cut', 3],
  ])(
    'is named in the error if it %s, with what to do, after %j: %i attempts',
    async (_, fault, attempts) => {
      const inputs = { 'http-proxy': await world.startProxy(), 'max-attempts': '3' };
      world.proxy.faults.always(fault);

      const main = await logIn(FAST, inputs);
      expect(world.proxy.requests).toHaveLength(attempts);

      for (const words of [world.proxy.url, "'http-proxy'", 'What to do']) {
        expect(main.errors[0]).toContain(words);
      }
    },
  );

  test('is named in the error if nothing listens there, or if it has no TLS for an https URL', async () => {
    const url = await world.startProxy();
    const through = (proxy: string) => logIn({}, { 'http-proxy': proxy, 'max-attempts': '1' });

    const tls = await through(url.replace('http:', 'https:'));
    expect(tls.errors[0]).toContain('https://');

    await world.proxy.stop();
    const main = await through(url);
    for (const words of [url, 'ECONNREFUSED', 'What to do']) {
      expect(main.errors[0]).toContain(words);
    }
  });
});
