import { describe, expect, test } from '@jest/globals';
import { callsOf, stsError, THROTTLED } from '../harness/aws-services.ts';
import { type Fault, text } from '../harness/http-stand-in.ts';
import { testReal } from '../harness/real-parts.ts';
import { isAlive } from '../harness/tools.ts';
import { FAKE_DOCKER, FAST, fastClock, retriesOf, useWorld, world } from '../harness/use-world.ts';

const withDocker = testReal('docker');
useWorld();

/** Runs a step with keys and a docker that does nothing. */
const logIn = (inputs: Record<string, string> = {}, clock = FAST) =>
  world.main({
    env: { ...world.keysEnv(), ...clock },
    inputs,
    tools: FAKE_DOCKER,
  });

const RESPONSE_WITHOUT_END = text(200, '{"auth', { 'content-length': '500' });

describe('GetAuthorizationToken', () => {
  test.each<[what: string, fault: Fault, times: number, words: string]>([
    ['a response that throttles', THROTTLED, 4, 'Rate exceeded'],
    ['a page of a load balancer with status 503', text(503, '<html>busy</html>'), 1, '503'],
    ['a lost connection', 'cut', 1, 'socket hang up'],
    ['no response', 'hang', 1, '15 s'],
    ['a response without an end', RESPONSE_WITHOUT_END, 1, '15 s'],
  ])('is retried after %s', async (_, fault, times, words) => {
    world.aws.faults.times(times, fault);
    const main = await logIn();
    const retries = retriesOf(main);

    expect(main.exitCode).toBe(0);
    expect(world.aws.requests).toHaveLength(times + 1);
    expect(retries).toHaveLength(times);
    for (const [index, line] of retries.entries()) {
      expect(line).toContain('Amazon ECR in eu-west-1');
      expect(line).toContain(words);
      expect(line).toContain(`(attempt ${index + 1} of 8; retrying in `);
    }
  });

  test('is retried for each region and for ECR Public by itself', async () => {
    world.aws.faults.times(2, THROTTLED, callsOf('ecr'));
    world.aws.faults.once(text(500), callsOf('ecr-public'));
    const registries = '123456789012.dkr.ecr.us-east-1.amazonaws.com,public.ecr.aws';

    const main = await logIn({ registries });

    const retries = retriesOf(main);

    expect(main.exitCode).toBe(0);
    expect(retries).toHaveLength(3);
    expect(retries.filter((line) => line.includes('Amazon ECR Public'))).toHaveLength(1);
  });
});

test('a call to STS is retried', async () => {
  world.aws.faults.times(2, stsError(400, 'Throttling', 'Rate exceeded'), callsOf('sts'));
  const main = await world.main({
    env: { ...world.webIdentityEnv(), ...FAST },
    tools: FAKE_DOCKER,
  });

  const throttled = expect.stringContaining('Rate exceeded');
  expect(main.exitCode).toBe(0);
  expect(retriesOf(main)).toEqual([throttled, throttled]);
});

test.each<[input: string, calls: number]>([
  ['1', 1],
  ['', 8],
])('with max-attempts %j, ECR is called %i times', async (input, calls) => {
  world.aws.faults.always(text(500));
  const main = await logIn({ 'max-attempts': input }, fastClock(50));

  expect(main.exitCode).toBe(1);
  expect(world.aws.requests).toHaveLength(calls);
});

describe('docker login', () => {
  withDocker('is retried if the registry responds with 503', async () => {
    // docker makes a second request if the first one fails.
    world.registry.faults.times(2, text(503));
    const main = await world.main({ moreEnv: FAST });

    expect(main.exitCode).toBe(0);
    expect(main.toolRuns).toHaveLength(2);
    expect(retriesOf(main)[0]).toMatch(new RegExp(`${await world.registryHost()}.* 503`));
  });

  test('is ended and retried if it hangs, even if a process that docker started remains', async () => {
    const tools = { docker: [{ hangs: true, hasChild: true }, { exitCode: 0 }] };

    const main = await world.main({ moreEnv: FAST, tools });

    expect(main.exitCode).toBe(0);
    expect(main.toolRuns).toHaveLength(2);
    expect(retriesOf(main)).toHaveLength(1);
    expect(main.toolRuns.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });
});
