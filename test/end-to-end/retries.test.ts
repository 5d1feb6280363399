import { describe, expect, test } from '@jest/globals';
import { callsOf, ecrError, stsError, throttled } from '../harness/aws-services.ts';
import { answer, cut, type Fault, hang } from '../harness/faults.ts';
import { testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { isAlive } from '../harness/tools.ts';
import { useWorld } from '../harness/use-world.ts';
import { fastClock, TOOLS } from '../harness/usual.ts';

const world = useWorld();

/** The lines of the log that announce another try. */
const retries = (main: StepResult): string[] =>
  main.log.split('\n').filter((line) => line.includes(', the next in '));

describe('GetAuthorizationToken is tried again', () => {
  const rows: [what: string, faults: Fault[], words: string][] = [
    [
      'throttled four times',
      [throttled(), throttled(), throttled(), throttled()],
      'ThrottlingException: Rate exceeded',
    ],
    ['500', [answer(500)], 'HTTP 500'],
    ['503 with a page of a load balancer', [answer(503, '<html>busy</html>')], 'HTTP 503'],
    ['cut', [cut()], 'socket hang up'],
    ['hung', [hang()], 'no response within 15 s'],
    [
      'an answer that begins and does not end',
      [answer(200, '{"auth', { 'content-length': '500' })],
      'not complete within 15 s',
    ],
  ];
  test.each(rows)('%s', async (_what, faults, words) => {
    for (const fault of faults) world.aws.faults.once(fault);
    const main = await world.main({ env: { ...world.keysEnv(), ...fastClock(20) }, tools: TOOLS });
    expect(main.exitCode).toBe(0);
    expect(world.aws.requests).toHaveLength(faults.length + 1);
    expect(retries(main)).toHaveLength(faults.length);
    for (const [index, line] of retries(main).entries()) {
      expect(line).toContain(`Amazon ECR in eu-west-1: `);
      expect(line).toContain(words);
      expect(line).toMatch(new RegExp(`\\(attempt ${index + 1} of 8, the next in \\d+\\.\\d s\\)$`));
    }
  });

  test('of ECR Public, too', async () => {
    world.aws.faults.once(throttled());
    const inputs = { 'registry-type': 'public' };
    const main = await world.main({ env: { ...world.keysEnv(), ...fastClock(20) }, inputs, tools: TOOLS });
    expect(main.exitCode).toBe(0);
    expect(retries(main)[0]).toContain('Amazon ECR Public');
  });

  test('not where it is refused for good', async () => {
    world.aws.faults.always(ecrError(400, 'AccessDeniedException', 'no'));
    const main = await world.main({ env: world.keysEnv(), tools: TOOLS });
    expect(main.exitCode).toBe(1);
    expect(world.aws.requests).toHaveLength(1);
    expect(retries(main)).toEqual([]);
  });

  test('each of several calls by itself', async () => {
    world.aws.faults.times(2, throttled(), callsOf('ecr', 'eu-west-1'));
    world.aws.faults.once(answer(500), callsOf('ecr', 'us-east-1'));
    const hosts = ['eu-west-1', 'us-east-1'].map((region) => `123456789012.dkr.ecr.${region}.amazonaws.com`);
    const env = { ...world.keysEnv(), ...fastClock(20) };
    const main = await world.main({ env, inputs: { registries: hosts.join() }, tools: TOOLS });
    expect(main.exitCode).toBe(0);
    expect(
      retries(main).filter((line) => line.includes('eu-west-1') && line.includes('Rate exceeded')),
    ).toHaveLength(2);
    expect(
      retries(main).filter((line) => line.includes('us-east-1') && line.includes('HTTP 500')),
    ).toHaveLength(1);
  });
});

describe('STS is tried again', () => {
  const rows: [what: string, fault: Fault, words: string][] = [
    ['throttled', stsError(400, 'Throttling', 'Rate exceeded'), 'Rate exceeded'],
    ['500', stsError(500, 'InternalFailure', 'out of order'), 'out of order'],
    ['cut', cut(), 'socket hang up'],
    ['hung', hang(), 'no response within 15 s'],
  ];
  test.each(rows)('%s', async (_what, fault, words) => {
    world.aws.faults.times(2, fault, callsOf('sts'));
    const main = await world.main({ env: { ...world.webIdentityEnv(), ...fastClock(20) }, tools: TOOLS });
    expect(main.exitCode).toBe(0);
    expect(world.aws.calls.map(({ service }) => service)).toEqual(['sts', 'sts', 'sts', 'ecr']);
    expect(retries(main)).toHaveLength(2);
    expect(retries(main)[1]).toMatch(/^Credentials: .*\(attempt 2 of 8, the next in /);
    expect(retries(main)[1]).toContain(words);
  });
});

describe('max-attempts', () => {
  /** Calls of each kind that a step makes where nothing ever works. */
  async function callsSpent(env: Record<string, string>, inputs: Record<string, string>) {
    world.aws.faults.always(answer(500));
    const main = await world.main({
      env: { ...world.keysEnv(), ...env, ...fastClock(50) },
      inputs,
      tools: TOOLS,
    });
    expect(main.exitCode).toBe(1);
    return world.aws.requests.length;
  }

  test.each<[env: Record<string, string>, input: string, calls: number]>([
    [{}, '', 8],
    [{}, '1', 1],
    [{}, '2', 2],
    [{}, '20', 20],
    [{ AWS_MAX_ATTEMPTS: '3' }, '', 3],
    [{ AWS_MAX_ATTEMPTS: '3' }, '2', 2],
    [{ AWS_MAX_ATTEMPTS: '50' }, '', 20],
    [{ AWS_MAX_ATTEMPTS: 'many' }, '2', 2],
  ])('%j and input %j: ECR is called %i times', async (env, input, calls) => {
    expect(await callsSpent(env, input === '' ? {} : { 'max-attempts': input })).toBe(calls);
  });

  test.each(['0', '21', '-1', '1.5', 'three', '1e1', '0x2', '9999999999'])(
    '%s is an error before any call',
    async (input) => {
      const env = world.podIdentityEnv();
      const main = await world.main({ env, inputs: { 'max-attempts': input }, tools: TOOLS });
      expect(main.exitCode).toBe(1);
      expect(main.errors).toEqual([
        expect.stringContaining(
          `Input 'max-attempts': invalid value '${input}'. Allowed: a whole number from 1 to 20.`,
        ),
      ]);
      expect([...world.agent.requests, ...world.aws.requests]).toEqual([]);
    },
  );

  test.each(['0', 'three'])('AWS_MAX_ATTEMPTS=%s is an error that names the variable', async (text) => {
    const env = { ...world.podIdentityEnv(), AWS_MAX_ATTEMPTS: text };
    const main = await world.main({ env, tools: TOOLS });
    expect(main.errors[0]).toContain(`The variable AWS_MAX_ATTEMPTS is '${text}'`);
    expect([...world.agent.requests, ...world.aws.requests]).toEqual([]);
  });

  test.each([
    ['', 5],
    ['1', 1],
    ['7', 7],
  ])('%j: the agent of EKS Pod Identity is asked %i times', async (input, requests) => {
    world.agent.faults.always(cut());
    const inputs = { 'max-attempts': input };
    const main = await world.main({
      env: { ...world.podIdentityEnv(), ...fastClock(20) },
      inputs,
      tools: TOOLS,
    });
    expect(main.exitCode).toBe(1);
    expect(world.agent.requests).toHaveLength(requests);
  });

  test('1: no waiting for an agent that is not there yet', async () => {
    const env = world.podIdentityEnv();
    await world.agent.stop();
    const main = await world.main({ env, inputs: { 'max-attempts': '1' }, tools: TOOLS });
    expect(main.exitCode).toBe(1);
    expect(main.errors[0]).toContain('ECONNREFUSED');
    expect(retries(main)).toEqual([]);
    expect(main.log).not.toContain('the next in');
  });
});

describe('docker login', () => {
  const GET = 'Error response from daemon: Get "https://x/v2/":';

  testReal('docker').each([408, 429, 500, 502, 503, 504])(
    'is tried again after %i, with the real client',
    async (status) => {
      const registry = await world.registry();
      // A client that gets no challenge in its first request makes a second one; both must fail.
      registry.faults.times(2, answer(status));
      const main = await world.main({ env: { ...world.keysEnv(), ...fastClock(20) } });
      expect(main.exitCode).toBe(0);
      expect(main.toolRuns).toHaveLength(2);
      expect(retries(main)[0]).toContain(`docker login to registry ${await world.registryHost()}: `);
      expect(retries(main)[0]).toContain(String(status));
      expect(registry.accepted).toHaveLength(1);
    },
  );

  testReal('docker')('is tried again after a cut, with the real client', async () => {
    (await world.registry()).faults.once(cut());
    const main = await world.main({ env: { ...world.keysEnv(), ...fastClock(20) } });
    expect(main.exitCode).toBe(0);
    expect(retries(main)[0]).toContain('EOF');
  });

  test('is ended when it hangs, with its children, and tried again', async () => {
    const hangs = { hangs: true, grandchild: true, ignoresSignals: true };
    const tools = { docker: [hangs, { exitCode: 0 }] };
    const main = await world.main({ env: { ...world.keysEnv(), ...fastClock(20) }, tools });
    expect(main.exitCode).toBe(0);
    expect(retries(main)[0]).toContain('timed out after 45 s');
    for (const { pid, grandchildPid } of main.toolRuns) {
      expect([pid, grandchildPid ?? 0].filter((one) => one > 0 && isAlive(one))).toEqual([]);
    }
  });

  test.each([
    [`${GET} net/http: TLS handshake timeout`],
    [`${GET} dial tcp 10.0.0.1:443: i/o timeout`],
    [`${GET} net/http: request canceled (Client.Timeout exceeded while awaiting headers)`],
    [`${GET} dial tcp: lookup x on 10.0.0.2:53: no such host`],
    [`${GET} dial tcp 10.0.0.1:443: connect: connection refused`],
    [`${GET} read tcp 10.0.0.9:5->10.0.0.1:443: read: connection reset by peer`],
    [`${GET} EOF`],
    ['toomanyrequests: Rate exceeded'],
    // On Windows, where another program has the file open.
    [
      'Error saving credentials: rename C:\\me\\.docker\\config.json385557979 C:\\me\\.docker\\config.json: Access is denied.',
    ],
    [
      'Error saving credentials: open C:\\me\\.docker\\config.json: The process cannot access the file because it is being used by another process.',
    ],
  ])('is tried again after: %s', async (stderr) => {
    const tools = { docker: [{ stderr, exitCode: 1 }, { exitCode: 0 }] };
    const main = await world.main({ env: { ...world.keysEnv(), ...fastClock(20) }, tools });
    expect(main.exitCode).toBe(0);
    expect(main.toolRuns).toHaveLength(2);
    expect(retries(main)).toHaveLength(1);
  });

  testReal('docker').each([400, 401, 403])(
    'is not tried again after %i, with the real client',
    async (status) => {
      (await world.registry()).faults.always(answer(status));
      const main = await world.main({ env: world.keysEnv() });
      expect(main.exitCode).toBe(1);
      expect(main.toolRuns).toHaveLength(1);
      expect(retries(main)).toEqual([]);
    },
  );

  test.each([
    ['error storing credentials - err: exit status 1, out: `not implemented`'],
    ['error storing credentials - err: exit status 1, out: `The stub received bad data.`'],
    [
      'error getting credentials - err: exec: "docker-credential-x": executable file not found in $PATH, out: ``',
    ],
    ['permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock'],
    ['unknown flag: --password-stdin'],
    ['something that nobody has seen before'],
  ])('is not tried again after: %s', async (stderr) => {
    const main = await world.main({ env: world.keysEnv(), tools: { docker: { stderr, exitCode: 1 } } });
    expect(main.exitCode).toBe(1);
    expect(main.toolRuns).toHaveLength(1);
    expect(retries(main)).toEqual([]);
    expect(main.errors[0]).toContain(stderr);
  });

  test.each([
    ['1', 1],
    ['2', 2],
    ['', 8],
  ])('max-attempts %j: %i runs', async (input, runs) => {
    const tools = { docker: { stderr: `${GET} EOF`, exitCode: 1 } };
    const inputs = { 'max-attempts': input };
    // No faster: the five minutes of a step must be enough for eight processes on a busy machine.
    const main = await world.main({ env: { ...world.keysEnv(), ...fastClock(20) }, inputs, tools });
    expect(main.exitCode).toBe(1);
    expect(main.toolRuns).toHaveLength(runs);
    expect(retries(main)).toHaveLength(runs - 1);
    expect(main.errors[0]).toContain('EOF');
  });
});

describe('an end before its time', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s in the middle of a wait for ECR ends it at once',
    async (signal) => {
      // With this header the SDK waits five seconds at least.
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-retry-after': '60000' };
      world.aws.faults.always(
        answer(400, '{"__type":"ThrottlingException","message":"Rate exceeded"}', headers),
      );
      const when = world.aws.seen().then(() => new Promise((resolve) => setTimeout(resolve, 300)));
      const main = await world.main({ env: world.keysEnv(), interrupts: [{ signal, when }], tools: TOOLS });
      expect(main.errors).toEqual([`The step was cancelled (${signal}).`]);
      expect(retries(main)[0]).toMatch(/the next in [5-6]\.\d s/);
      expect(world.aws.requests).toHaveLength(1);
      expect(main.durationMs).toBeLessThan(5_000);
      expect((await world.post(main)).exitCode).toBe(0);
    },
  );

  testReal('docker')(
    'a cancel between two attempts of docker starts no other, and there is nothing to log out of',
    async () => {
      (await world.registry()).faults.always(answer(503));
      const { promise: when, resolve: act } = Promise.withResolvers<void>();
      const main = await world.main({
        env: world.keysEnv(),
        interrupts: [{ signal: 'SIGTERM', when }],
        reaction: { words: '(attempt 1 of 8', act },
      });
      expect(main.errors).toEqual(['The step was cancelled (SIGTERM).']);
      expect(main.toolRuns).toHaveLength(1);
      expect((await world.post(main)).toolRuns).toEqual([]);
    },
  );

  test('no fault makes the step last longer than five minutes', async () => {
    // Twenty tries of 45 s each would be fifteen.
    const tools = { docker: { hangs: true } };
    const inputs = { 'max-attempts': '20' };
    const main = await world.main({ env: { ...world.keysEnv(), ...fastClock(50) }, inputs, tools });
    expect(main.exitCode).toBe(1);
    expect(main.errors).toEqual([
      expect.stringMatching(
        /^Timed out after 5 minutes\.\ndocker could not log in .*: timed out after 45 s\n/,
      ),
    ]);
    expect(main.toolRuns.length).toBeLessThan(8);
    expect(main.state['logins']).toBe('1');
  }, 30_000);
});
