import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { cut, hang, slow } from '../harness/faults.ts';
import { type AgentProblem, agentFault, plainTextFault } from '../harness/pod-identity-agent.ts';
import { isAlive } from '../harness/tools.ts';
import { useWorld } from '../harness/use-world.ts';
import { FAST, fastClock, TOOLS } from '../harness/usual.ts';

const world = useWorld();

function run(env: Record<string, string> = {}, inputs: Record<string, string> = {}) {
  return world.main({ env: { ...world.podIdentityEnv(), ...env }, inputs, tools: TOOLS });
}

describe('transient errors', () => {
  test.each([
    ['a lost connection', cut()],
    ['429', agentFault('too many requests')],
    ['500', agentFault('EKS Auth refused the connection')],
    ['503', agentFault('EKS Auth unavailable')],
  ])('%s: the next attempt gets the credentials', async (_, fault) => {
    world.agent.faults.times(2, fault);
    const main = await run(FAST);
    expect(main.errors).toEqual([]);
    expect(world.agent.requests).toHaveLength(3);
    expect(main.log.match(/\(attempt \d of 5, the next in [\d.]+ s\)/g)).toHaveLength(2);
  });

  test('end after five attempts', async () => {
    world.agent.faults.always(agentFault('too many requests'));
    const main = await run(FAST);
    expect(main.exitCode).toBe(1);
    // One more request gets the message of the refusal.
    expect(world.agent.requests).toHaveLength(6);
    expect(main.errors.join()).toContain('(5 attempts in ');
  });

  test('the token file is read for each attempt', async () => {
    const env = world.podIdentityEnv();
    const renewed = world.serviceAccountToken({ expiresInSeconds: 7200 });
    world.agent.faults.times(1, cut());
    const rotated = world.agent.seen().then(() => {
      writeFileSync(env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] ?? '', renewed);
    });
    // Written as soon as the first request is in, which is before its fault can reach the action.
    const main = await world.main({ env, tools: TOOLS });
    await rotated;
    expect(main.errors).toEqual([]);
    expect(world.agent.requests.at(-1)?.headers.authorization).toBe(renewed);
  });
});

describe("the agent's own retries", () => {
  test.each<[AgentProblem, RegExp]>([
    ['EKS Auth never responds', /responded with HTTP 500: \[\]\n/],
    ['EKS Auth refused the connection', /responded with HTTP 500: \[\]\n/],
    ['a proxy responds for EKS Auth', /responded with HTTP 502: \[\]\n/],
    ['EKS Auth failed', /responded with HTTP 500: \[[^\]]+\]: \(InternalServerException\): /],
    ['throttled by EKS Auth', /responded with HTTP 429: \[[^\]]+\]: \(ThrottlingException\): Rate exceeded/],
  ])('are waited for, and for the message: %s', async (problem, message) => {
    world.agent.faults.always(agentFault(problem));
    // Five times as fast: the four seconds between the agent's longest delay and the deadline stay a second of the real clock.
    const main = await run(fastClock(5), { 'max-attempts': '2' });
    expect(main.exitCode).toBe(1);
    expect(main.errors.join()).toMatch(message);
    expect(main.log).not.toContain('no response within');
  });

  test('do not lead to a second attempt when they succeed', async () => {
    world.agent.faults.once(slow(9_000));
    const main = await run(fastClock(5));
    expect(main.errors).toEqual([]);
    expect(world.agent.requests).toHaveLength(1);
  });

  test('the last response is explained, although the agent is silent afterwards', async () => {
    world.agent.faults.once(agentFault('EKS Auth never responds'));
    world.agent.faults.always(hang());
    const main = await run(fastClock(5), { 'max-attempts': '2' });
    expect(main.exitCode).toBe(1);
    expect(main.errors.join()).toContain('responded with HTTP 500 without a message');
    expect(main.errors.join()).not.toContain('no response within');
  });
});

describe('an agent that never responds', () => {
  test('ends each attempt, and the process', async () => {
    world.agent.faults.always(hang());
    const main = await run(FAST);
    expect(main.exitCode).toBe(1);
    expect(world.agent.requests).toHaveLength(3);
    expect(main.errors.join()).toContain('no response within 12 s');
  });

  test('once does not fail the step: the next attempt is made after 12 seconds', async () => {
    world.agent.faults.once(hang());
    const main = await run(FAST);
    expect(main.errors).toEqual([]);
    expect(world.agent.requests).toHaveLength(2);
    expect(main.log).toContain('no response within 12 s (attempt 1 of 5, the next in');
  });
});

describe('a refusal', () => {
  test.each<[string, AgentProblem]>([
    ['400', 'trust policy'],
    ['403', 'node credentials expired'],
    ['404', 'no association'],
  ])('of %s ends the step at once', async (_, problem) => {
    world.agent.faults.always(agentFault(problem));
    const main = await run();
    expect(main.exitCode).toBe(1);
    // The second gets the message.
    expect(world.agent.requests).toHaveLength(2);
    expect(main.log).not.toContain('the next in');
  });

  test('whose message does not come ends the step after its deadline', async () => {
    world.agent.faults.once(agentFault('no association'));
    world.agent.faults.always(hang());
    const main = await run(FAST);
    expect(main.exitCode).toBe(1);
    expect(main.errors.join()).toContain('responded with HTTP 404 without a message');
    expect(world.agent.requests).toHaveLength(2);
  });

  test('in an unknown message reaches the user in full', async () => {
    world.agent.faults.always(plainTextFault(418, 'the teapot is full\nof\ttea'));
    const main = await run();
    expect(main.errors).toEqual([
      `EKS Pod Identity returned no credentials: ${world.agent.credentialsUri} responded with HTTP 418: the teapot is full of tea`,
    ]);
  });
});

describe('an agent that starts late', () => {
  test('is waited for, with a line in the log', async () => {
    const env = world.podIdentityEnv();
    await world.agent.stop();
    const reaction = { words: 'not reachable yet', act: () => void world.agent.restart() };
    const main = await world.main({ env, tools: TOOLS, reaction });
    expect(main.errors).toEqual([]);
    expect(main.log).toMatch(
      /ECONNREFUSED 127\.0\.0\.1:\d+ \(not reachable yet, [\d.]+ s of 43\.0 s, the next in/,
    );
  });

  test('is given up while an attempt could still finish in time', async () => {
    const env = { ...world.podIdentityEnv(), ...FAST };
    await world.agent.stop();
    const main = await world.main({ env, tools: TOOLS });
    await world.agent.restart();
    expect(main.exitCode).toBe(1);
    expect(main.errors.join()).toMatch(/\(\d+ attempts in 4[34] s\)/);
  });
});

describe('the way to the agent', () => {
  test('is never through a proxy', async () => {
    const proxy = await world.startProxy();
    const variables = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'];
    const env = { NODE_USE_ENV_PROXY: '1', ...Object.fromEntries(variables.map((name) => [name, proxy])) };
    world.agent.faults.once(cut());
    world.agent.faults.always(agentFault('no association'));
    const main = await run(env);
    expect(main.errors.join()).toContain('ResourceNotFoundException');
    expect(world.agent.requests).toHaveLength(3);
    expect(world.proxy?.requests).toEqual([]);
  });

  describe('over IPv6', () => {
    const ipv6World = useWorld({ ipv6: true });

    test('returns the credentials', async () => {
      const main = await ipv6World.main({ env: ipv6World.podIdentityEnv(), tools: TOOLS });
      expect(main.errors).toEqual([]);
      expect(ipv6World.agent.requests[0]?.headers.host).toMatch(/^\[::1\]:\d+$/);
      expect(ipv6World.aws.calls[0]?.signer).toBe(ipv6World.identities.pod);
    });
  });

  test('ends at once when the step is cancelled, and nothing stays behind', async () => {
    world.agent.faults.always(agentFault('too many requests'));
    const main = await world.main({
      env: world.podIdentityEnv(),
      tools: TOOLS,
      interrupts: [{ signal: 'SIGTERM', when: world.agent.seen() }],
    });
    expect(main.errors).toEqual(['The step was cancelled (SIGTERM).']);
    expect(main.toolRuns.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });
});
