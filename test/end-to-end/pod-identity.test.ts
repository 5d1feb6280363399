import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { agentFault, plainText } from '../harness/pod-identity-agent.ts';
import type { StepResult } from '../harness/runner.ts';
import { FAKE_DOCKER, FAST, useWorld, world } from '../harness/use-world.ts';

useWorld({ tools: FAKE_DOCKER });

const run = (env: Record<string, string> = {}, inputs: Record<string, string> = {}) =>
  world.main({ env: { ...world.podIdentityEnv(), ...env }, inputs });
const requests = () => world.agent.requests.length;
const retries = ({ log }: StepResult) =>
  log.split('\n').filter((line) => line.includes('retrying in'));

describe('a transient failure', () => {
  test.each([
    ['', 5],
    ['1', 1],
  ])('is final after the attempts of max-attempts %j: %i requests', async (input, count) => {
    world.agent.faults.always(agentFault('EKS Auth unavailable'));
    const main = await run(FAST, { 'max-attempts': input });

    expect([main.exitCode, requests()]).toEqual([1, count]);
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
    let count = 0;
    const isSecond = () => {
      count += 1;
      return count === 2;
    };
    world.agent.faults.times(1, 'hang', isSecond);

    const main = await run(FAST);

    expect([main.errors, retries(main).length]).toEqual([[], 1]);
  });
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

    const main = await world.main({ env, tools: FAKE_DOCKER, reaction });

    expect([main.errors, retries(main).length > 0]).toEqual([[], true]);
  });

  test('is given up in time for what follows', async () => {
    const main = await run({ ...FAST, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/' });
    expect(main.errors.join()).toMatch(/\d+ attempts in 4\d s/);
  });
});

describe('the way to the agent', () => {
  test.each(['auto', 'container', 'default-chain'])(
    'is never one that the SDK refuses: %s',
    async (source) => {
      // Reaches the same machine as loopback does, and is none of the addresses for credentials.
      const uri = world.agent.credentialsUri.replace('127.0.0.1', '0.0.0.0');
      const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri };
      const main = await run(env, { 'credential-source': source });

      expect([main.exitCode, requests()]).toEqual([1, 0]);
      if (source !== 'default-chain') {
        expect(main.errors.join()).toContain('AWS_CONTAINER_CREDENTIALS_FULL_URI');
      }
    },
  );
});

test("with the SDK's own order, the agent's words are not hidden by those of another provider", async () => {
  world.agent.faults.always(agentFault('no association'));
  const main = await run(FAST, { 'credential-source': 'default-chain' });

  expect([main.exitCode, main.errors.length]).toEqual([1, 1]);
  expect(main.errors[0]).toMatch(/create-pod-identity-association|credential-source: container/);
});
