import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fetchRefusal } from '../../../src/pod-identity/refusal.ts';

const { signal } = new AbortController();
/** Longer than any test. */
const DEADLINE_MS = 60_000;
const servers: Server[] = [];

async function serve(listener: RequestListener, host = '127.0.0.1'): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1/credentials?a=b`;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

describe('the message of a refusal', () => {
  test.each(['127.0.0.1', '::1'])('is fetched with the token as it is, from %s', async (host) => {
    const uri = await serve((request, response) => {
      response.statusCode = 404;
      response.end(`${request.url} ${request.headers.authorization} no association\n`);
    }, host);
    expect(await fetchRefusal(uri, 'a.b.c', DEADLINE_MS, signal)).toEqual({
      status: 404,
      message: '/v1/credentials?a=b a.b.c no association',
    });
  });

  test('without a token, none is sent', async () => {
    const uri = await serve((request, response) => {
      response.statusCode = 400;
      response.end(String('authorization' in request.headers));
    });
    expect(await fetchRefusal(uri, undefined, DEADLINE_MS, signal)).toEqual({
      status: 400,
      message: 'false',
    });
  });

  test('a response with credentials is thrown away', async () => {
    const uri = await serve((_, response) => response.end('{"SecretAccessKey":"secret"}'));
    expect(await fetchRefusal(uri, 'a.b.c', DEADLINE_MS, signal)).toBeUndefined();
  });

  test('the connection ends with it, even if the response does not', async () => {
    let closed: Promise<unknown> | undefined;
    const uri = await serve((_, response) => {
      closed = once(response, 'close');
      response.write('{"SecretAccessKey":');
    });
    expect(await fetchRefusal(uri, 'a.b.c', DEADLINE_MS, signal)).toBeUndefined();
    await closed;
  });

  test('a redirect is a refusal, and is not followed', async () => {
    const uri = await serve((_, response) => {
      response.statusCode = 300;
      response.end('elsewhere');
    });
    expect(await fetchRefusal(uri, undefined, DEADLINE_MS, signal)).toEqual({
      status: 300,
      message: 'elsewhere',
    });
  });

  test('a flood is cut at 64 KB', async () => {
    const uri = await serve((_, response) => {
      response.statusCode = 500;
      response.end('x'.repeat(1_000_000));
    });
    expect((await fetchRefusal(uri, undefined, DEADLINE_MS, signal))?.message).toHaveLength(64 * 1024);
  });

  test('a response that does not end is read up to 64 KB', async () => {
    const uri = await serve((_, response) => {
      response.statusCode = 500;
      response.write('x'.repeat(64 * 1024));
    });
    expect((await fetchRefusal(uri, undefined, DEADLINE_MS, signal))?.message).toHaveLength(64 * 1024);
  });

  test('an https address is asked over TLS', async () => {
    const firstBytes: unknown[] = [];
    const server = createTcpServer((socket) => {
      socket.once('data', (data) => {
        firstBytes.push(data[0]);
        socket.destroy();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await fetchRefusal(`https://127.0.0.1:${port}/`, 'a.b.c', DEADLINE_MS, signal)).toBeUndefined();
    server.close();
    // The type of a handshake record.
    expect(firstBytes).toEqual([22]);
  });

  test('the request ends with the step', async () => {
    const abort = new AbortController();
    const uri = await serve(() => abort.abort());
    expect(await fetchRefusal(uri, undefined, DEADLINE_MS, abort.signal)).toBeUndefined();
  });

  test('the request ends with its deadline', async () => {
    const uri = await serve(() => {});
    expect(await fetchRefusal(uri, undefined, 1, signal)).toBeUndefined();
  });

  test('without time left, there is no request', async () => {
    let requests = 0;
    const uri = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    expect(await fetchRefusal(uri, undefined, 0, signal)).toBeUndefined();
    expect(requests).toBe(0);
  });

  test.each(['no URL', 'ftp://127.0.0.1/', 'http://127.0.0.1:1/'])('%s has none', async (uri) => {
    expect(await fetchRefusal(uri, undefined, DEADLINE_MS, signal)).toBeUndefined();
  });

  test('an address that the SDK does not accept gets no request', async () => {
    let requests = 0;
    const uri = await serve((_, response) => {
      requests += 1;
      response.statusCode = 403;
      response.end('no');
    }, '0.0.0.0');
    // The server listens there: at its loopback address it responds.
    expect(
      await fetchRefusal(uri.replace('0.0.0.0', '127.0.0.1'), 'a.b.c', DEADLINE_MS, signal),
    ).toMatchObject({
      message: 'no',
    });
    expect(await fetchRefusal(uri, 'a.b.c', DEADLINE_MS, signal)).toBeUndefined();
    expect(requests).toBe(1);
  });

  test('a token that no header can hold is not sent', async () => {
    const uri = await serve((_, response) => response.end());
    expect(await fetchRefusal(uri, 'a\nb', DEADLINE_MS, signal)).toBeUndefined();
  });
});
