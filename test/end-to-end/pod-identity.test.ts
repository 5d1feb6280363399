import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { agentFault, plainText } from '../harness/pod-identity-agent.ts';
import { FAKE_DOCKER, FAST, ONE_ERROR, retriesOf, useWorld, world } from '../harness/use-world.ts';

useWorld({ tools: FAKE_DOCKER });

const logIn = (moreEnv = {}, inputs = {}) => world.main({ moreEnv, inputs });

describe('a transient failure of the agent', () => {
  test('fails the step after as many attempts as max-attempts says', async () => {
    world.agent.faults.always(agentFault('EKS Auth unavailable'));
    const main = await logIn(FAST, { 'max-attempts': '2' });

    expect(main.exitCode).toBe(1);
    expect(world.agent.requests).toHaveLength(2);
    expect(main.errors[0]).toContain('ServiceUnavailableException');
  });

  test('is retried with the new token if Kubernetes has replaced the token file', async () => {
    const env = world.podIdentityEnv();
    const renewed = world.serviceAccountToken({ expiresInS: 7200 });
    world.agent.faults.once('cut');
    const rotated = world.agent.seen().then(() => {
      writeFileSync(env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] ?? '', renewed);
    });

    const main = await world.main({ env });
    await rotated;

    expect(main.errors).toEqual([]);
    expect(world.agent.requests.at(-1)?.headers.authorization).toBe(renewed);
  });

  test('is retried if only the second request, that of the SDK, fails', async () => {
    world.agent.faults.once('hang', () => world.agent.requests.length === 2);

    const main = await logIn(FAST);

    expect(main.errors).toEqual([]);
    expect(retriesOf(main)).toHaveLength(1);
  });
});

test('an unknown error of the agent reaches the user as it is, on one line', async () => {
  world.agent.faults.always(plainText(418, 'the teapot is full\nof\ttea'));
  const main = await logIn();

  const words = '/v1/credentials responded with HTTP 418: the teapot is full of tea';
  expect(main.errors.join()).toContain(words);
});

describe('an agent that is not there', () => {
  test('is waited for, and the log says so', async () => {
    const env = world.podIdentityEnv();
    const { host, port } = world.agent;
    await world.agent.stop();

    const reaction = { words: 'ECONNREFUSED', act: () => void world.agent.listen(host, port) };

    const main = await world.main({ env, reaction });

    expect(main.errors).toEqual([]);
    expect(retriesOf(main)).not.toEqual([]);
  });

  test('is waited for during less than 50 s', async () => {
    const main = await logIn({
      ...FAST,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/',
    });
    expect(main.errors.join()).toMatch(/\d+ attempts in 4\d s/);
  });
});

test.each(['auto', 'container', 'default-chain'])(
  'with credential-source %s, no request goes to an address that the SDK does not allow',
  async (source) => {
    // This address leads to loopback, too, but the SDK does not allow it for credentials.
    const uri = world.agent.credentialsUri.replace('127.0.0.1', '0.0.0.0');
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri };
    const main = await logIn(env, { 'credential-source': source });

    expect(main.exitCode).toBe(1);
    expect(world.agent.requests).toEqual([]);
  },
);

test('with credential-source default-chain, the error has the words of the agent', async () => {
  world.agent.faults.always(agentFault('no association'));
  const main = await logIn(FAST, { 'credential-source': 'default-chain' });

  expect(main).toMatchObject(ONE_ERROR);
  expect(main.errors[0]).toMatch(/create-pod-identity-association|credential-source: container/);
});
