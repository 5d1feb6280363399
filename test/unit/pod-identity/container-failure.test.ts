import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { containerFailure, isUnreadable } from '../../../src/pod-identity/refusal.ts';
import { AttemptsExhausted } from '../../../src/pod-identity/retry.ts';
import type { ContainerSource } from '../../../src/pod-identity/source.ts';
import { presentable } from '../../../src/runner/log.ts';
import { answer, hang } from '../../harness/faults.ts';
import { HttpStandIn } from '../../harness/http-stand-in.ts';
import {
  makeServiceAccountToken,
  type ServiceAccountTokenOptions,
} from '../../harness/service-account-token.ts';

const { signal } = new AbortController();
const agent = new HttpStandIn(() => ({ status: 200, body: '{}' }));
const folder = mkdtempSync(join(tmpdir(), 'container-failure-'));
const tokenFile = join(folder, 'token');

beforeAll(() => agent.listen());
afterAll(async () => {
  await agent.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  agent.faults.clear();
  agent.requests.length = 0;
});

/** A source at the agent, with a new token in its file. */
function source(token: ServiceAccountTokenOptions = {}): ContainerSource {
  writeFileSync(tokenFile, makeServiceAccountToken(token));
  const variable = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  return { variable, uri: `${agent.url}/v1/credentials`, tokenFile, token: undefined };
}

const request = { environment: {}, region: 'eu-west-1', signal };
const refused = (status: number) => new Error(`Server responded with status: ${status}`);

describe('the failure of a container source', () => {
  test.each([
    ['one attempt', 1, 300, 'no credentials: '],
    ['several attempts', 4, 3_600, 'no credentials (4 attempts in 4 s): '],
  ])('has the message of the agent, after %s', async (_, attempts, elapsedMs, text) => {
    agent.faults.once(answer(404, 'no association\nfor it\n'));
    const error = new AttemptsExhausted(refused(404), attempts, elapsedMs);
    const from = source();
    const { failure, saysWhy } = await containerFailure(error, from, request);
    expect(failure.message).toBe(
      `EKS Pod Identity returned ${text}${from.uri} responded with HTTP 404: no association for it`,
    );
    expect(failure.cause).toBe(error);
    expect(saysWhy).toBe(true);
    expect(failure.symptom).toMatchObject({ area: 'pod-identity', details: expect.stringMatching(/404/) });
  });

  test('has the facts of the token and its source', async () => {
    agent.faults.once(answer(400, 'no'));
    const { failure } = await containerFailure(refused(400), source({ namespace: 'ci' }), request);
    expect(failure.symptom.facts).toEqual({
      namespace: 'ci',
      serviceAccount: 'build',
      audiences: 'pods.eks.amazonaws.com',
      expiredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      region: 'eu-west-1',
      tokenFile,
      uri: `${agent.url}/v1/credentials`,
      variable: 'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    });
  });

  test.each(['169.254.170.23 is not a valid container metadata service hostname', 'none from any providers'])(
    "gets the message where the SDK's chain hides it: %s",
    async (message) => {
      agent.faults.once(answer(404, 'no association'));
      const { failure, saysWhy } = await containerFailure(new Error(message), source(), request);
      expect(failure.message).toContain('responded with HTTP 404: no association');
      expect(saysWhy).toBe(true);
    },
  );

  test('where the chain fails and the agent does not refuse, has the message of the chain', async () => {
    const error = new Error('none from any providers');
    const { failure, saysWhy } = await containerFailure(error, source(), request);
    expect(failure.message).toMatch(/\/v1\/credentials: none from any providers$/);
    expect(saysWhy).toBe(false);
  });

  test('has the status where the message does not come', async () => {
    agent.faults.once(hang());
    const { failure, saysWhy } = await containerFailure(refused(503), source(), { ...request, leftMs: 1 });
    expect(failure.message).toMatch(/ responded with HTTP 503 without a message$/);
    expect(saysWhy).toBe(true);
  });

  test('makes no request for the message without time left', async () => {
    const { failure } = await containerFailure(refused(503), source(), { ...request, leftMs: 0 });
    expect(failure.message).toMatch(/ responded with HTTP 503 without a message$/);
    expect(agent.requests).toEqual([]);
  });

  test('makes no request where there was no response', async () => {
    const error = new Error('Error: connect ECONNREFUSED 169.254.170.23:80');
    const { failure, saysWhy } = await containerFailure(error, source(), request);
    expect(failure.message).toMatch(/\/v1\/credentials: connect ECONNREFUSED 169\.254\.170\.23:80$/);
    expect(saysWhy).toBe(false);
    expect(agent.requests).toEqual([]);
  });

  test('says why the SDK does not accept the address, whatever the error of the chain', async () => {
    const from = { ...source(), uri: 'http://192.0.2.1/v1' };
    const { failure, saysWhy } = await containerFailure(new Error('none from any providers'), from, request);
    expect(failure.message).toContain('http://192.0.2.1/v1: URL not accepted.');
    expect(saysWhy).toBe(true);
  });

  test('says why where the response cannot be read', async () => {
    const { saysWhy } = await containerFailure(new SyntaxError('Unexpected end'), source(), request);
    expect(saysWhy).toBe(true);
  });

  test('does not show the token, even if the agent quotes it', async () => {
    const from = { ...source(), tokenFile: undefined, token: 'opaque-token/0123456789' };
    agent.faults.once(answer(403, `no entry with ${from.token}`));
    const { failure } = await containerFailure(refused(403), from, request);
    expect(presentable(failure.message)).toContain('no entry with ***');
    expect(agent.requests[0]?.headers.authorization).toBe(from.token);
  });
});

describe('what is wrong with the token by its own claims', () => {
  const lastDetail = async (status: number, token: ServiceAccountTokenOptions) => {
    agent.faults.once(answer(status, 'no'));
    const { failure } = await containerFailure(refused(status), source(token), request);
    return failure.symptom.details?.split('\n').at(-1);
  };

  test.each<[number, ServiceAccountTokenOptions, string]>([
    [400, { expiresInSeconds: -60 }, 'claims: expired'],
    [401, { expiresInSeconds: -60 }, 'claims: expired'],
    [403, { expiresInSeconds: -60 }, 'claims: expired'],
    [400, { audience: 'sts.amazonaws.com' }, 'claims: other audience'],
    [400, { audience: 'sts.amazonaws.com', expiresInSeconds: -60 }, 'claims: other audience'],
    [400, {}, ''],
    [404, { expiresInSeconds: -60 }, ''],
    [500, { audience: 'sts.amazonaws.com' }, ''],
  ])('after HTTP %i, %j: %j', async (status, token, detail) => {
    expect(await lastDetail(status, token)).toBe(detail);
  });

  test('is only the audience for a token that does not say when it expires', async () => {
    const failureWith = async (...aud: string[]) => {
      agent.faults.once(answer(400, 'no'));
      const claims = Buffer.from(JSON.stringify({ aud })).toString('base64url');
      const from = { ...source(), tokenFile: undefined, token: `e30.${claims}.signature` };
      return (await containerFailure(refused(400), from, request)).failure.symptom;
    };
    expect((await failureWith('pods.eks.amazonaws.com')).details).toMatch(/\n$/);
    const others = await failureWith('sts.amazonaws.com', 'vault');
    expect(others.details).toMatch(/claims: other audience$/);
    expect(others.facts).toMatchObject({ audiences: 'sts.amazonaws.com, vault', expiredAt: undefined });
  });

  test('is unknown for a text that is not a token', async () => {
    agent.faults.once(answer(400, 'no'));
    const from = { ...source(), tokenFile: undefined, token: 'opaque' };
    const { failure } = await containerFailure(refused(400), from, request);
    expect(failure.symptom.details).toMatch(/\n$/);
    expect(failure.symptom.facts).toMatchObject({ audiences: undefined, expiredAt: undefined });
  });
});

test.each([
  ['a response that is not JSON', new SyntaxError('Unexpected token'), true],
  [
    'a response without the fields',
    new TypeError("Cannot read properties of null (reading 'AccessKeyId')"),
    true,
  ],
  ['an error of the system', Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' }), false],
  ['another error', new Error('no'), false],
  ['an error with such a name in its own', Object.assign(new Error('no'), { name: 'MyTypeError' }), false],
  ['something that is not an error', 'SyntaxError', false],
])('%s is unreadable: %#', (_, error, unreadable) => {
  expect(isUnreadable(error)).toBe(unreadable);
});
