import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { eksAuth, NO_ASSOCIATION, plainText } from '../harness/pod-identity-agent.ts';
import { FAKE_DOCKER, FAST, ONE_ERROR, retriesOf, useWorld, world } from '../harness/use-world.ts';

useWorld({ tools: FAKE_DOCKER });

const run = (moreEnv = {}, inputs = {}) => world.main({ moreEnv, inputs });
const requests = () => world.agent.requests.length;

describe('a transient failure', () => {
  test('is final after the attempts of max-attempts', async () => {
    const unavailable = eksAuth('ServiceUnavailableException', 'The service is unavailable.');
    world.agent.faults.always(plainText(503, unavailable));
    const main = await run(FAST, { 'max-attempts': '2' });

    expect(requests()).toBe(2);
    expect(main.errors[0]).toContain('ServiceUnavailableException');
  });

  test('reads the token again, which Kubernetes has replaced', async () => {
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

  test('of the SDK after a good answer is retried, too', async () => {
    // The first request is the action's own; the second one takes the credentials.
    world.agent.faults.once('hang', () => requests() === 2);

    const main = await run(FAST);

    expect(main.errors).toEqual([]);
    expect(retriesOf(main)).toHaveLength(1);
  });
});

test('a node whose role AWS does not know yet is asked again', async () => {
  world.agent.faults.once(plainText(403, eksAuth('UnrecognizedClientException', '…')));
  const main = await run(FAST);

  expect(main.errors).toEqual([]);
  expect(retriesOf(main)).toHaveLength(1);
});

test('a refusal in unknown words reaches the user in full', async () => {
  world.agent.faults.always(plainText(418, 'the teapot is full\nof\ttea'));
  const main = await run();

  const words = '/v1/credentials responded with HTTP 418: the teapot is full of tea';
  expect(main.errors.join()).toContain(words);
});

describe('an agent that is not there', () => {
  test('is waited for as it starts, which the log says', async () => {
    const env = world.podIdentityEnv();
    const { host, port } = world.agent;
    await world.agent.stop();

    const reaction = { words: 'ECONNREFUSED', act: () => void world.agent.listen(host, port) };

    const main = await world.main({ env, reaction });

    expect(main.errors).toEqual([]);
    expect(retriesOf(main)).not.toEqual([]);
  });

  test('is given up in time for what follows', async () => {
    const main = await run({ ...FAST, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/' });
    expect(main.errors.join()).toMatch(/\d+ attempts in 4\d s/);
  });
});

test.each(['auto', 'container', 'default-chain'])(
  'no request goes to an address that the SDK refuses: %s',
  async (source) => {
    // Reaches the same machine as loopback does, and is none of the addresses for credentials.
    const uri = world.agent.credentialsUri.replace('127.0.0.1', '0.0.0.0');
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri };
    const main = await run(env, { 'credential-source': source });

    expect(main).toMatchObject(ONE_ERROR);
    expect(requests()).toBe(0);
  },
);

test("with the SDK's own order, the agent's words are not hidden by those of another provider", async () => {
  world.agent.faults.always(NO_ASSOCIATION);
  const main = await run(FAST, { 'credential-source': 'default-chain' });

  expect(main).toMatchObject(ONE_ERROR);
  expect(main.errors[0]).toMatch(/create-pod-identity-association|credential-source: container/);
});
