import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AnswerTooLong, LONGEST_ANSWER, limitAnswer } from '../../../src/network/answer-limit.ts';
import { answer, flood } from '../../harness/faults.ts';
import { HttpStandIn } from '../../harness/http-stand-in.ts';

let service: HttpStandIn;
beforeEach(async () => {
  service = new HttpStandIn(() => ({ status: 200, body: 'short' }));
  await service.listen();
});
afterEach(() => service.stop());

/** An answer with its limit, of which nothing has been read yet. */
function ask(): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = get(service.url, { agent: false });
    asked.on('error', reject);
    asked.on('response', (response) => {
      limitAnswer(response);
      resolve(response);
    });
  });
}

describe('an answer', () => {
  test('comes as it is, also where it is read late', async () => {
    const response = await ask();
    await new Promise((resolve) => setImmediate(resolve));
    expect(String(await buffer(response))).toBe('short');
  });

  test('may be as long as the limit', async () => {
    service.faults.once(answer(200, Buffer.alloc(LONGEST_ANSWER, 'x')));
    expect(await buffer(await ask())).toHaveLength(LONGEST_ANSWER);
  });

  test.each([
    ['is longer by a byte', answer(200, Buffer.alloc(LONGEST_ANSWER + 1, 'x'))],
    ['never ends', flood()],
    ['never ends, and is an error', flood(500)],
  ])('that %s ends with an error that says so', async (_, fault) => {
    service.faults.once(fault);
    const reading = buffer(await ask());
    await expect(reading).rejects.toBeInstanceOf(AnswerTooLong);
    await expect(reading).rejects.toThrow('the answer is longer than 1 MB');
  });

  test('that is cut off ends its connection', async () => {
    service.faults.once(flood());
    const response = await ask();
    await expect(buffer(response)).rejects.toThrow();
    expect(response.socket.destroyed).toBe(true);
  });
});
