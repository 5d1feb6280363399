import { once } from 'node:events';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { endingRequests } from '../../../src/network/abandoned-requests.ts';
import { type Fault, flood, hang } from '../../harness/faults.ts';
import { HttpStandIn } from '../../harness/http-stand-in.ts';

let service: HttpStandIn;
let over: AbortController;
beforeEach(async () => {
  over = new AbortController();
  service = new HttpStandIn(() => ({ status: 200, body: 'answer' }));
  await service.listen();
});
afterEach(() => service.stop());

/** As a library would ask that takes no signal: after something else that it waits for. */
async function ask(): Promise<string> {
  await setImmediate();
  return new Promise((resolve, reject) => {
    get(service.url, { agent: false }, (response) => text(response).then(resolve, reject)).on(
      'error',
      reject,
    );
  });
}

describe('a request that nobody waits for any more', () => {
  test.each<[string, Fault]>([
    ['before its answer', hang()],
    ['in the middle of it', flood()],
  ])('ends, %s', async (_, fault) => {
    service.faults.once(fault);
    const connected = once(service.server, 'connection');
    const asking = endingRequests(over.signal, ask);
    asking.catch(() => {});
    const [socket] = await connected;
    await service.seen();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    over.abort();
    await closed;
    await expect(asking).rejects.toThrow();
  });
});

describe('left alone is', () => {
  test('a request that is answered', async () => {
    await expect(endingRequests(over.signal, ask)).resolves.toBe('answer');
    over.abort();
  });

  test('a request of other work at the same time', async () => {
    service.faults.once(hang());
    const asking = endingRequests(over.signal, ask);
    asking.catch(() => {});
    await service.seen();
    const other = endingRequests(new AbortController().signal, ask);
    const outside = ask();
    over.abort();
    await expect(asking).rejects.toThrow();
    expect(await Promise.all([other, outside])).toEqual(['answer', 'answer']);
  });
});
