import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type NodeHttpHandler, streamCollector } from '@smithy/node-http-handler';
import { describeError } from '../../../src/errors/describe.ts';
import { DeadlineHandler } from '../../../src/network/deadline-handler.ts';
import { ProxiedHandler } from '../../../src/network/proxied-handler.ts';
import { readProxies } from '../../../src/network/proxy.ts';
import { requestHandler } from '../../../src/network/request-handler.ts';
import { answer, hang } from '../../harness/faults.ts';
import { HttpStandIn } from '../../harness/http-stand-in.ts';
import { ForwardProxy } from '../../harness/proxy.ts';
import { postTo } from '../../harness/smithy-request.ts';

let service: HttpStandIn;
let proxy: ForwardProxy;
beforeEach(async () => {
  service = new HttpStandIn(() => ({ status: 200 }));
  proxy = new ForwardProxy();
  await Promise.all([service.listen(), proxy.listen()]);
  // The deadlines are timers of this process, so their time can be brought.
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
});
afterEach(async () => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  await Promise.all([service.stop(), proxy.stop()]);
});

function ask(handler: NodeHttpHandler): Promise<unknown> {
  return handler.handle(postTo(service)).catch((error) => error);
}

function proxied(): ProxiedHandler {
  const proxies = readProxies(proxy.url, {});
  if (proxies === undefined) throw new Error('no proxy');
  return new ProxiedHandler(proxies);
}

describe('a call without a response ends with an error', () => {
  test.each([
    ['directly', () => new DeadlineHandler()],
    ['through a proxy', proxied],
  ])('after 15 s, %s', async (_way, handler) => {
    service.faults.once(hang());
    const asked = ask(handler());
    await service.seen();
    await jest.advanceTimersByTimeAsync(14_000);
    let isOver = false;
    void asked.then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(describeError(await asked).message).toContain('no response within 15 s');
  });

  test('after 15 s in all, if the response begins and does not end', async () => {
    service.faults.once(answer(200, 'half', { 'content-length': '8' }));
    const { response } = await new DeadlineHandler().handle(postTo(service));
    const read = streamCollector(response.body).catch((error) => error);
    await jest.advanceTimersByTimeAsync(15_000);
    const error = await read;
    expect(error).toMatchObject({ name: 'TimeoutError' });
    expect(describeError(error).message).toBe('the response was not complete within 15 s');
  });

  test('after 15 s in all, of which the beginning of the response took 10', async () => {
    service.faults.once(answer(200, 'half', { 'content-length': '8' }));
    const now = jest.spyOn(performance, 'now').mockReturnValue(100_000);
    const asked = new DeadlineHandler().handle(postTo(service));
    now.mockReturnValue(110_000);
    const { response } = await asked;
    const read = streamCollector(response.body).catch((error) => error);
    await jest.advanceTimersByTimeAsync(4_999);
    expect(response.body.destroyed).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(await read).toMatchObject({ name: 'TimeoutError' });
  });

  test('a response in time leaves no timer behind', async () => {
    const { response } = await new DeadlineHandler().handle(postTo(service));
    await streamCollector(response.body);
    while (!response.body.closed) await new Promise((resolve) => setImmediate(resolve));
    expect(jest.getTimerCount()).toBe(0);
  });

  test('after 5 s, if a proxy accepts the connection and does not respond', async () => {
    proxy.faults.once(hang());
    const asked = ask(proxied());
    while (proxy.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await jest.advanceTimersByTimeAsync(5_000);
    expect(describeError(await asked).message).toBe(
      `The proxy ${proxy.url} (input 'http-proxy') cannot be reached: no connection within 5 s`,
    );
  });
});

test('the libraries for proxies are used only if one is set', async () => {
  expect(await requestHandler(undefined)).not.toBeInstanceOf(ProxiedHandler);
  expect(await requestHandler(readProxies('http://proxy', {}))).toBeInstanceOf(ProxiedHandler);
});
