import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HttpRequest } from '@smithy/core/protocols';
import { ProxiedHandler } from '../../../src/network/proxied-handler.ts';
import { readProxies } from '../../../src/network/proxy.ts';
import { answer, cut } from '../../harness/faults.ts';
import { HttpStandIn } from '../../harness/http-stand-in.ts';
import { ForwardProxy } from '../../harness/proxy.ts';
import { postTo } from '../../harness/smithy-request.ts';

let service: HttpStandIn;
let proxy: ForwardProxy;
beforeEach(async () => {
  service = new HttpStandIn(() => ({ status: 200, body: 'answer' }));
  proxy = new ForwardProxy('jane doe:p@ss');
  await Promise.all([service.listen(), proxy.listen()]);
});
afterEach(() => Promise.all([service.stop(), proxy.stop()]));

const withLogin = () => proxy.url.replace('//', '//jane%20doe:p%40ss@');

function handlerFor(proxyUrl: string, environment: Record<string, string> = {}): ProxiedHandler {
  const proxies = readProxies(proxyUrl, environment);
  if (proxies === undefined) throw new Error('no proxy');
  return new ProxiedHandler(proxies);
}

function ask(proxyUrl: string, environment: Record<string, string> = {}, signal?: AbortSignal) {
  return handlerFor(proxyUrl, environment).handle(postTo(service), signal && { abortSignal: signal });
}

const failure = (proxyUrl: string, signal?: AbortSignal) =>
  ask(proxyUrl, {}, signal).then(
    () => undefined,
    (error) => error,
  );

describe('a call', () => {
  test('goes through the proxy, with user and password', async () => {
    const { response } = await ask(withLogin());
    expect(response.statusCode).toBe(200);
    expect(proxy.requests).toMatchObject([{ kind: 'tunnel', port: service.port }]);
    expect(service.requests.map(({ callerPort }) => proxy.made(callerPort))).toEqual([true]);
  });

  test('goes directly if NO_PROXY says so', async () => {
    const { response } = await ask(withLogin(), { NO_PROXY: '127.0.0.1' });
    expect(response.statusCode).toBe(200);
    expect(proxy.requests).toEqual([]);
  });

  test('goes through the proxy if its address has no port, as those of AWS', async () => {
    proxy.faults.once(answer(403));
    const hostname = 'api.ecr.eu-west-1.amazonaws.com';
    const request = new HttpRequest({ protocol: 'https:', hostname, method: 'POST', path: '/' });
    await expect(handlerFor(withLogin()).handle(request, {})).rejects.toThrow(
      `refused the connection to ${hostname}: 403`,
    );
    expect(proxy.requests).toMatchObject([{ kind: 'tunnel', host: hostname, port: 443 }]);
  });
});

describe('an error names the proxy, and says whether to retry', () => {
  test('it requires a login', async () => {
    const error = await failure(proxy.url);
    expect(error.message).toContain(`The proxy ${proxy.url} (input 'http-proxy') refused the connection`);
    expect(error.message).toContain('407');
    expect(error.$retryable).toBeUndefined();
    expect(service.requests).toEqual([]);
  });

  test('a wrong password is not in the error', async () => {
    const error = await failure(proxy.url.replace('//', '//jane:wr0ng-password@'));
    expect(error.message).toContain('407');
    expect(error.message).not.toContain('wr0ng-password');
  });

  test.each([
    [403, false],
    [404, false],
    [408, true],
    [429, true],
    [500, true],
    [502, true],
    [503, true],
    [504, true],
  ])('it refuses with %i: %s', async (status, isTransient) => {
    proxy.faults.once(answer(status));
    const error = await failure(withLogin());
    expect(error.message).toContain(`refused the connection to ${service.authority}: ${status}`);
    expect(error.$retryable).toEqual(isTransient ? { throttling: false } : undefined);
  });

  test('it cuts the connection', async () => {
    proxy.faults.once(cut());
    const error = await failure(withLogin());
    expect(error.message).toContain('cannot be reached');
    expect(error.$retryable).toBeDefined();
  });

  test('nothing listens there: the error code by which the SDK retries is kept', async () => {
    const url = proxy.url;
    await proxy.stop();
    const error = await failure(url);
    expect(error.message).toContain(`The proxy ${url} (input 'http-proxy') cannot be reached:`);
    expect(error.message).toContain('connect ECONNREFUSED');
    expect(error.cause.code).toBe('ECONNREFUSED');
    expect(error.$retryable).toBeUndefined();
    await proxy.listen();
  });

  test('the service behind it cuts the connection', async () => {
    service.faults.once(cut());
    const error = await failure(withLogin());
    expect(error.message).toContain(`let the call to ${service.authority} through, which failed:`);
    expect(error.message).toContain('socket hang up');
    expect(error.cause.code).toBe('ECONNRESET');
    expect(error.$retryable).toBeUndefined();
  });

  test('an aborted call is not a failure of the proxy', async () => {
    const error = await failure(withLogin(), AbortSignal.abort());
    expect(error.name).toBe('AbortError');
  });
});
