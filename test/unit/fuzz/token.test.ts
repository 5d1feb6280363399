import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readToken, registryHost } from '../../../src/ecr/response.ts';
import { getAuthorizationTokens } from '../../../src/ecr/token.ts';
import { Failure } from '../../../src/errors/failure.ts';
import { planCalls } from '../../../src/registry/calls.ts';
import { PUBLIC_ENTRY } from '../../../src/registry/entry.ts';
import { HttpStandIn } from '../../harness/http-stand-in.ts';
import { SEED } from '../../harness/seed.ts';
import { hostileText } from './hostile-text.ts';

const runs = { seed: SEED, numRuns: 2_000 };

/** Runs something that may fail, but only as what the action explains to its user. */
async function failureOf(run: () => unknown): Promise<Failure | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
  }
}

describe(`what ECR may answer (seed ${SEED})`, () => {
  test('a registry is a plain host, or refused', () => {
    const nearly = fc.tuple(
      fc.constantFrom('', 'https://', 'http://', '--', '-'),
      hostileText,
      fc.constantFrom('', '/', ':443'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          hostileText,
          nearly.map((parts) => parts.join('')),
          fc.webUrl(),
        ),
        (endpoint) => {
          let host: string;
          try {
            host = registryHost(endpoint, true);
          } catch (error) {
            expect(error).toBeInstanceOf(Failure);
            return;
          }
          // As the URL standard has a host: with nothing in it that is a path, a user, an option or white space.
          const { hostname, pathname, username } = new URL(`http://${host}`);
          expect([hostname !== '', pathname, username]).toEqual([true, '/', '']);
          expect(host).toMatch(/^[a-z0-9][a-z0-9.:-]*$/i);
        },
      ),
      runs,
    );
  });

  test('a token is a user and a password of one line each, or refused without a word of it', async () => {
    const token = fc
      .tuple(hostileText, fc.constantFrom('', ':', '::'), hostileText)
      .map((parts) => Buffer.from(parts.join('')).toString('base64'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(token, hostileText), async (text) => {
        const failure = await failureOf(() => {
          const { username, password } = readToken('host', text);
          expect(username).toMatch(/^\w[\w.-]*$/);
          expect(password).toMatch(/^\S+$/);
        });
        if (failure !== undefined && text.length > 8) expect(failure.message).not.toContain(text);
      }),
      runs,
    );
  });
});

describe(`a service that answers anything (seed ${SEED})`, () => {
  let reply: { status: number; body: string; type: string };
  const service = new HttpStandIn(() => ({
    status: reply.status,
    body: reply.body,
    headers: { 'content-type': reply.type },
  }));
  beforeAll(() => service.listen());
  afterAll(() => service.stop());

  const data = fc.record(
    {
      authorizationToken: fc.oneof(fc.base64String(), hostileText, fc.jsonValue()),
      proxyEndpoint: fc.oneof(fc.webUrl(), hostileText, fc.jsonValue()),
      expiresAt: fc.oneof(fc.double(), hostileText, fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc
      .record({ authorizationData: fc.oneof(fc.array(data, { maxLength: 3 }), data, fc.jsonValue()) })
      .map((value) => JSON.stringify(value)),
    fc.record({ __type: hostileText, message: hostileText }).map((value) => JSON.stringify(value)),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    hostileText,
  );
  const replies = fc.record({
    status: fc.constantFrom(200, 200, 200, 204, 301, 400, 403, 404, 418, 429, 500, 503),
    body,
    type: fc.constantFrom('application/x-amz-json-1.1', 'text/html', 'application/cbor'),
  });

  test.each([
    ['ECR', planCalls([], 'eu-west-1')],
    ['ECR Public', planCalls([PUBLIC_ENTRY], undefined)],
  ])('gets %s no further than a token that is in order, or an explained failure', async (_, calls) => {
    const [call] = calls;
    if (call === undefined) throw new Error('no call was planned');
    const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret-key-of-no-identity' };
    const clientConfig = { proxies: undefined, maxAttempts: 1, requestedMaxAttempts: 1 };
    const settings = { credentials, endpoint: service.url, customUserAgent: [], clientConfig };
    await fc.assert(
      fc.asyncProperty(replies, async (next) => {
        reply = next;
        const failure = await failureOf(async () => {
          for (const { username, password } of await getAuthorizationTokens(
            call,
            settings,
            new AbortController().signal,
          )) {
            expect(`${username} ${password}`).toMatch(/^\w[\w.-]* \S+$/);
          }
        });
        expect(failure?.message ?? 'none').not.toMatch(/secret-key-of-no-identity/);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });
});
