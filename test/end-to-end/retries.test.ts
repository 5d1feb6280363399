import { describe, expect, test } from '@jest/globals';
import { callsOf, stsError, THROTTLED } from '../harness/aws-services.ts';
import { type Fault, text } from '../harness/http-stand-in.ts';
import { testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { isAlive } from '../harness/tools.ts';
import { FAKE_DOCKER, FAST, fastClock, useWorld, world } from '../harness/use-world.ts';

const withDocker = testReal('docker');
useWorld();

/** The lines of the log that announce another attempt. */
const retries = ({ log }: StepResult) =>
  log.split('\n').filter((line) => line.includes('; retrying in '));

/** Runs a step with keys, on a fast clock, whose docker does nothing. */
const logIn = (inputs: Record<string, string> = {}, clock = FAST) =>
  world.main({
    env: { ...world.keysEnv(), ...clock },
    inputs,
    tools: FAKE_DOCKER,
  });

const HALF = text(200, '{"auth', { 'content-length': '500' });

describe('GetAuthorizationToken is retried', () => {
  test.each<[what: string, fault: Fault, times: number, words: string]>([
    ['throttled', THROTTLED, 4, 'Rate exceeded'],
    ['503 with a page of a load balancer', text(503, '<html>busy</html>'), 1, '503'],
    ['cut', 'cut', 1, 'socket hang up'],
    ['hung', 'hang', 1, '15 s'],
    ['a response that begins and does not end', HALF, 1, '15 s'],
  ])('%s', async (_, fault, times, words) => {
    world.aws.faults.times(times, fault);
    const main = await logIn();

    expect([main.exitCode, world.aws.requests.length]).toEqual([0, times + 1]);
    expect(retries(main)).toHaveLength(times);
    for (const [index, line] of retries(main).entries()) {
      expect(line).toContain('Amazon ECR in eu-west-1');
      expect(line).toContain(words);
      expect(line).toContain(`(attempt ${index + 1} of 8; retrying in `);
    }
  });

  test('each of several calls by itself, ECR Public too', async () => {
    world.aws.faults.times(2, THROTTLED, callsOf('ecr'));
    world.aws.faults.once(text(500), callsOf('ecr-public'));
    const registries = '123456789012.dkr.ecr.us-east-1.amazonaws.com,public.ecr.aws';

    const main = await logIn({ registries });

    expect([main.exitCode, retries(main).length]).toEqual([0, 3]);
    expect(retries(main).filter((line) => line.includes('Amazon ECR Public'))).toHaveLength(1);
  });
});

test('STS is retried', async () => {
  world.aws.faults.times(2, stsError(400, 'Throttling', 'Rate exceeded'), callsOf('sts'));
  const main = await world.main({
    env: { ...world.webIdentityEnv(), ...FAST },
    tools: FAKE_DOCKER,
  });

  expect([main.exitCode, retries(main).length]).toEqual([0, 2]);
  expect(retries(main)[1]).toContain('Rate exceeded');
});

test.each<[input: string, calls: number]>([
  ['1', 1],
  ['', 8],
])('max-attempts %j: ECR is called %i times', async (input, calls) => {
  world.aws.faults.always(text(500));
  const main = await logIn({ 'max-attempts': input }, fastClock(50));

  expect([main.exitCode, world.aws.requests.length]).toEqual([1, calls]);
});

describe('docker login', () => {
  withDocker.each([429, 503])('is retried after %i, with the real client', async (status) => {
    // A client that gets no challenge to its first request makes a second one; both must fail.
    world.registry.faults.times(2, text(status));
    const main = await world.main({ moreEnv: FAST });

    expect([main.exitCode, main.toolRuns.length]).toEqual([0, 2]);
    expect(retries(main)[0]).toContain(await world.registryHost());
    expect(retries(main)[0]).toContain(String(status));
  });

  withDocker.each([400, 403])('is not retried after %i, with the real client', async (status) => {
    world.registry.faults.always(text(status));
    const main = await world.main();

    expect([main.exitCode, main.toolRuns.length]).toEqual([1, 1]);
  });

  test('that hangs is ended, and retried; what it had started can stay', async () => {
    const tools = { docker: [{ hangs: true, hasChild: true }, { exitCode: 0 }] };

    const main = await world.main({ moreEnv: FAST, tools });

    expect([main.exitCode, main.toolRuns.length, retries(main).length]).toEqual([0, 2, 1]);
    expect(main.toolRuns.filter(({ pid }) => isAlive(pid))).toEqual([]);
  });
});
