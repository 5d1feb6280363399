import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { answer, cut, hang, slow } from '../harness/faults.ts';
import { eksAuthError } from '../harness/pod-identity-agent.ts';
import { isAlive } from '../harness/tools.ts';
import { useWorld } from '../harness/use-world.ts';
import { FAST, TOOLS } from '../harness/usual.ts';

const world = useWorld();

function run(env: Record<string, string> = {}) {
  return world.main({ env: { ...world.podIdentityEnv(), ...env }, tools: TOOLS });
}

describe('tried again', () => {
  test.each([
    ['a cut connection', cut()],
    ['429', answer(429, 'Too Many Requests\n')],
    ['500 without words', answer(500, '[]\n')],
    ['503', eksAuthError(503, 'ServiceUnavailableException', 'later', 'server')],
  ])('%s', async (_, fault) => {
    world.agent.faults.times(2, fault);
    const main = await run(FAST);
    expect(main.errors).toEqual([]);
    expect(world.agent.requests).toHaveLength(3);
    expect(main.log.match(/\(attempt \d of 5, the next in [\d.]+ s\)/g)).toHaveLength(2);
  });

  test('five times in all', async () => {
    world.agent.faults.always(answer(500, '[]\n'));
    const main = await run(FAST);
    expect(main.exitCode).toBe(1);
    // One more fetches the words of the refusal.
    expect(world.agent.requests).toHaveLength(6);
    expect(main.errors.join()).toContain('(5 tries in ');
  });

  test('an agent that accepts and never answers: each try ends, and so does the process', async () => {
    world.agent.faults.always(hang());
    const main = await run(FAST);
    expect(main.exitCode).toBe(1);
    expect(world.agent.requests).toHaveLength(5);
    expect(main.errors.join()).toContain('no response within 5 s');
  });

  test('once it hangs in real time: the next try, five seconds later, has its answer', async () => {
    world.agent.faults.once(hang());
    const started = performance.now();
    const main = await run();
    expect(main.errors).toEqual([]);
    expect(world.agent.requests).toHaveLength(2);
    expect(main.log).toContain('no response within 5 s (attempt 1 of 5, the next in');
    expect(performance.now() - started).toBeGreaterThan(5_000);
  });

  test('an agent that is slow but answers in time is not asked twice', async () => {
    world.agent.faults.once(slow(1_500));
    const main = await run();
    expect(main.errors).toEqual([]);
    expect(world.agent.requests).toHaveLength(1);
  });

  test('the token file is read at each try', async () => {
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

describe('not tried again', () => {
  test.each([
    ['400', answer(400, 'Service account token cannot be empty\n')],
    ['403', eksAuthError(403, 'AccessDeniedException', 'no')],
    ['404', eksAuthError(404, 'ResourceNotFoundException', 'no association')],
  ])('%s ends the step within two seconds', async (_, fault) => {
    world.agent.faults.always(fault);
    const main = await run();
    expect(main.exitCode).toBe(1);
    expect(world.agent.requests).toHaveLength(2);
    expect(main.log).not.toContain('the next in');
    expect(main.durationMs).toBeLessThan(2_000);
  });

  test('the words of a refusal that do not come end after two seconds', async () => {
    world.agent.faults.once(eksAuthError(404, 'ResourceNotFoundException', 'no association'));
    world.agent.faults.always(hang());
    const main = await run();
    expect(main.exitCode).toBe(1);
    expect(main.errors.join()).toContain('responded with HTTP 404 without a message');
    expect(main.durationMs).toBeLessThan(10_000);
  });
});

describe('an agent that starts late', () => {
  test('is waited for, with a line in the log', async () => {
    const env = world.podIdentityEnv();
    await world.agent.stop();
    const reaction = { words: 'not there yet', act: () => void world.agent.restart() };
    const main = await world.main({ env, tools: TOOLS, reaction });
    expect(main.errors).toEqual([]);
    expect(main.log).toMatch(
      /ECONNREFUSED 127\.0\.0\.1:\d+ \(not there yet, [\d.]+ s of 60\.0 s, the next in/,
    );
  });

  test('is given up after a minute', async () => {
    const env = { ...world.podIdentityEnv(), ...FAST };
    await world.agent.stop();
    const main = await world.main({ env, tools: TOOLS });
    await world.agent.restart();
    expect(main.exitCode).toBe(1);
    expect(main.errors.join()).toMatch(/\(\d+ tries in 6\d s\)/);
  });
});

describe('the way to the agent', () => {
  test('is never through a proxy', async () => {
    const proxy = await world.startProxy();
    const variables = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'];
    const env = { NODE_USE_ENV_PROXY: '1', ...Object.fromEntries(variables.map((name) => [name, proxy])) };
    world.agent.faults.once(cut());
    world.agent.faults.always(eksAuthError(404, 'ResourceNotFoundException', 'no association'));
    const main = await run(env);
    expect(main.errors.join()).toContain('ResourceNotFoundException');
    expect(world.agent.requests).toHaveLength(3);
    expect(world.proxy?.requests).toEqual([]);
  });

  describe('over IPv6', () => {
    const ipv6World = useWorld({ ipv6: true });

    test('gives the credentials', async () => {
      const main = await ipv6World.main({ env: ipv6World.podIdentityEnv(), tools: TOOLS });
      expect(main.errors).toEqual([]);
      expect(ipv6World.agent.requests[0]?.headers.host).toMatch(/^\[::1\]:\d+$/);
      expect(ipv6World.aws.calls[0]?.signer).toBe(ipv6World.identities.pod);
    });
  });

  test('ends at once when the step is cancelled, and nothing stays behind', async () => {
    world.agent.faults.always(answer(500, '[]\n'));
    const main = await world.main({
      env: world.podIdentityEnv(),
      tools: TOOLS,
      interrupts: [{ signal: 'SIGTERM', when: world.agent.seen() }],
    });
    expect(main.errors).toEqual(['The step was cancelled (SIGTERM).']);
    expect(main.toolRuns.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });
});
