import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Failure } from '../../../src/errors/failure.ts';
import { containerCredentials } from '../../../src/pod-identity/agent.ts';
import type { ContainerSource } from '../../../src/pod-identity/source.ts';
import { answer, hang } from '../../harness/faults.ts';
import { HttpStandIn, json } from '../../harness/http-stand-in.ts';
import { captureOutput } from '../written-output.ts';

const CREDENTIALS = {
  AccessKeyId: 'AKIAEXAMPLE',
  SecretAccessKey: 'secret',
  Token: 'session',
  Expiration: '2030-01-01T00:00:00Z',
};
const environment = process.env;
let agent: HttpStandIn;
let source: ContainerSource;

beforeEach(async () => {
  agent = new HttpStandIn(() => json(200, CREDENTIALS));
  await agent.listen();
  const uri = `${agent.url}/v1/credentials`;
  source = {
    variable: 'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    uri,
    tokenFile: undefined,
    token: undefined,
  };
  // The SDK's provider reads the environment of the process itself.
  process.env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri };
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.env = environment;
  await agent.stop();
});

const { signal } = new AbortController();
const request = { environment: {}, region: 'eu-west-1', signal };

describe('containerCredentials', () => {
  test('returns the credentials, with one request', async () => {
    expect(await containerCredentials(source, request)).toMatchObject({
      accessKeyId: 'AKIAEXAMPLE',
      secretAccessKey: 'secret',
      sessionToken: 'session',
      expiration: new Date('2030-01-01T00:00:00Z'),
    });
    expect(agent.requests).toHaveLength(1);
  });

  test('retries, with a line in the log, and passes on the number of attempts', async () => {
    const written = captureOutput();
    agent.faults.always(answer(503, 'later\n::error::x'));
    const failing = containerCredentials(source, { ...request, maxAttempts: 2 });
    await expect(failing).rejects.toThrow('(2 attempts in ');
    expect(agent.requests).toHaveLength(3);
    expect(written()).toContain(
      'EKS Pod Identity agent: Server responded with status: 503 (attempt 1 of 2, the next in ',
    );
  });

  test('throws a Failure with the message of the agent', async () => {
    agent.faults.always(answer(404, 'no association'));
    const error = await containerCredentials(source, request).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toHaveProperty(
      'message',
      expect.stringContaining('responded with HTTP 404: no association'),
    );
    expect(error).toHaveProperty('symptom.facts.region', 'eu-west-1');
  });

  test('keeps to its time, the message of a refusal included', async () => {
    agent.faults.once(answer(404, 'no association'));
    agent.faults.always(hang());
    const failing = containerCredentials(source, { ...request, budgetMs: 200 });
    await expect(failing).rejects.toThrow('responded with HTTP 404 without a message');
  });

  test('requests no message of a refusal once its time is over', async () => {
    let now = 7_654_321;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    agent.faults.always(answer(404, 'no association'));
    void agent.seen(1).then(() => {
      now += 50_000;
    });
    const failing = containerCredentials(source, { ...request, budgetMs: 40_000 });
    await expect(failing).rejects.toThrow('responded with HTTP 404 without a message');
    expect(agent.requests).toHaveLength(1);
  });

  test.each([1, 2])('rejects with the reason of a cancelled step, at request %i', async (count) => {
    const abort = new AbortController();
    agent.faults.times(count - 1, answer(404, 'no association'));
    agent.faults.always(hang());
    const failing = containerCredentials(source, { ...request, signal: abort.signal });
    void agent.seen(count).then(() => abort.abort(new Error('cancelled')));
    await expect(failing).rejects.toThrow('cancelled');
  });
});
