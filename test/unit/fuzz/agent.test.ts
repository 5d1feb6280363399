import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { Failure } from '../../../src/errors/failure.ts';
import { containerCredentials } from '../../../src/pod-identity/agent.ts';
import { containerSource } from '../../../src/pod-identity/source.ts';
import { HttpStandIn, type Reply } from '../../harness/http-stand-in.ts';
import { SEED } from '../../harness/seed.ts';
import { makeServiceAccountToken } from '../../harness/service-account-token.ts';
import { hostileText } from './hostile-text.ts';

const environment = process.env;
const folder = mkdtempSync(join(tmpdir(), 'agent-of-any-response-'));
const token = makeServiceAccountToken();
let reply: Reply;
const agent = new HttpStandIn(() => reply);

beforeAll(async () => {
  await agent.listen();
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, token);
  // The SDK's provider reads the environment of the process itself.
  process.env = {
    PATH: environment['PATH'],
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
  };
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});

afterAll(async () => {
  process.env = environment;
  jest.restoreAllMocks();
  await agent.stop();
  rmSync(folder, { recursive: true });
});

const text = fc.oneof(
  hostileText,
  fc.constantFrom('AKIAEXAMPLE', '2030-01-01T00:00:00Z', ''),
  fc.jsonValue(),
);
const replies: fc.Arbitrary<Reply> = fc.record({
  status: fc.constantFrom(200, 200, 200, 204, 301, 302, 400, 403, 404, 418, 500),
  body: fc.oneof(
    hostileText,
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc
      .record(
        { AccessKeyId: text, SecretAccessKey: text, Token: text, Expiration: text, AccountId: text },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
  ),
});

describe(`an agent that responds with anything (seed ${SEED})`, () => {
  test('leads to credentials, or to an explained failure without the token', async () => {
    const source = containerSource(process.env);
    if (source === undefined) throw new Error('no container source');
    const { signal } = new AbortController();
    await fc.assert(
      fc.asyncProperty(replies, async (next) => {
        reply = next;
        try {
          const { accessKeyId } = await containerCredentials(source, {
            environment: {},
            region: 'eu-west-1',
            signal,
            maxAttempts: 1,
          });
          expect(accessKeyId).toBeDefined();
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
          expect((error as Failure).message).toMatch(/^EKS Pod Identity returned no credentials/);
          expect((error as Failure).message).not.toContain(token);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
