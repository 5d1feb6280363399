import { expect, test } from '@jest/globals';
import {
  AnswerError,
  type ContainerEndpoint,
  containerEndpoint,
  identityOf,
} from '../../../src/aws/container-endpoint.ts';
import * as agents from '../../../src/aws/pod-identity.ts';
import { DeadlineError } from '../../../src/time/retry.ts';
import { endless, fakeClock, jwt, NEVER, output, standIn, thrownBy } from '../support.ts';

type Options = Partial<Record<'eachMs' | 'random' | 'agentAttempts' | 'budgetMs', number>>;

/** Makes attempts that end as given, each after some time; the last one again and again. */
async function attempts(outcomes: unknown[], given: Options = {}) {
  const { eachMs = 0, random, ...options } = given;
  const clock = fakeClock(random);
  const starts: number[] = [];
  const begin = clock.now();

  const attempt = async () => {
    const outcome = outcomes[Math.min(starts.length, outcomes.length - 1)];
    starts.push(clock.now() - begin);
    if (outcome === 'hang') await new Promise(() => {});

    await clock.sleep(eachMs, NEVER);
    if (outcome !== 'ok') throw outcome;
  };

  const all = { agentAttempts: 5, budgetMs: 55_000, ...options, signal: NEVER, clock };
  const ends = agents.requestWithRetries('agent', attempt, all);
  const failure = await ends.catch((error: unknown) => error);
  return { starts, failure, elapsedMs: clock.now() - begin };
}

/** When attempts start, in milliseconds. */
const ONCE = [0];
const ASSOCIATION = [0, 1250, 3750];
const THROTTLED = [0, 2250, 6750, 13750, 23750];
const TRANSIENT = [0, 250, 750, 1750, 3750];

const NO_PERMISSION = '[id]: (AccessDeniedException): … EKS does not have permissions to assume …';
const NO_ROLE = '… no EC2 IMDS role found, … GetMetadata';

test.each<[status: number, text: string, starts: number[]]>([
  [404, '[id]: (ResourceNotFoundException): … has no … association for it.', ASSOCIATION],
  [400, `${NO_PERMISSION}, fault: client`, ASSOCIATION],
  [403, '[id]: (UnrecognizedClientException): The security token … is invalid.', ASSOCIATION],
  [400, '[id]: (ThrottlingException): Rate exceeded, fault: client', THROTTLED],
  [429, 'Too Many Requests', THROTTLED],
  [500, '… failed to get rate limit token, retry quota exceeded, 0 available', THROTTLED],
  [599, '[]', TRANSIENT],
  [500, `${NO_ROLE}, http response error StatusCode: 404, request failed`, ASSOCIATION],
  [500, `${NO_ROLE}, canceled, context deadline exceeded`, TRANSIENT],
  [403, '[id]: (AccessDeniedException): a proxy said ECONNREFUSED, aborted, HTTP 500', ONCE],
  [500, '… endpoint rule error, Invalid Configuration: Missing Region', ONCE],
  [302, 'elsewhere', ONCE],
])('the agent answers %i %s: it is asked at ms %j', async (status, text, times) => {
  const { starts } = await attempts([new AnswerError(status, text)]);

  expect(starts).toEqual(times);
  expect(output().split('attempt')).toHaveLength(starts.length);
});

/** What node says of the network, by its code. */
const failed = (code: string) => Object.assign(new Error('x'), { code });
const REFUSED = new Error('connect ECONNREFUSED 169.254.170.23:80');

/** The start of the log line of an attempt that is waited for. */
const WAITING = 'waiting for it, 0.0 s of 43.0 s; retrying in 0.5 s';

test.each([
  new Error('connect EHOSTUNREACH'),
  new Error('connect EACCES'),
  new AggregateError([REFUSED, failed('EIO')]),
  new Error('no credentials', { cause: REFUSED }),
])('without a connection, the agent is waited for: %p (%#)', async (error) => {
  const { starts } = await attempts([error]);

  expect(starts.length).toBeGreaterThan(5);
  expect(output()).toContain(WAITING);
});

const FINAL = [failed('EACCES'), new Error('Server responded with status: 403')];
const RETRIED = [
  failed('ECONNRESET'),
  failed('EPIPE'),
  new Error('connect ETIMEDOUT'),
  new DeadlineError(1),
];

test.each([
  [ONCE, FINAL],
  [TRANSIENT, RETRIED],
])('attempts start after %j ms if all of them end with one of %p', async (times, errors) => {
  for (const error of errors) {
    const { starts } = await attempts([error]);
    expect({ error, starts }).toEqual({ error, starts: times });
  }
  expect(output()).not.toContain(WAITING);
});

const BUSY = new AnswerError(500, '');
const THROTTLING = new AnswerError(429, '');
const NO_ASSOCIATION = new AnswerError(404, '(ResourceNotFoundException)');
const SLOW = { eachMs: 9_000, random: 0.999 };

test.each<[unknown[], Options, starts: number[]]>([
  [[BUSY], { agentAttempts: 7, random: 0.999_999 }, [0, 499, 1_498, 3_497, 7_496, 12_495, 17_494]],
  [[BUSY, REFUSED, BUSY, 'ok'], { agentAttempts: 3 }, [0, 250, 750, 1_250]],
  [[REFUSED], { agentAttempts: 1 }, [0]],
  [[BUSY], { ...SLOW, budgetMs: 21_499 }, [0, 9_499]],
  [[BUSY], { ...SLOW, budgetMs: 21_498 }, [0]],
  // A throttled agent is asked again 2 s later at the earliest, or not at all.
  [[THROTTLING], { eachMs: 4_000, random: 0, budgetMs: 35_000 }, [0, 6_000, 14_000]],
  // Each rule counts its own failures.
  [[BUSY, NO_ASSOCIATION], {}, [0, 250, 2_750, 6_750]],
  [['hang'], { random: 0 }, [0, 12_000, 24_000, 36_000]],
  [['hang'], { budgetMs: 3_000 }, [0]],
  [[REFUSED], { random: 0.999_999, budgetMs: 25_000 }, [0, 999, 2_998, 6_997, 11_996, 13_000]],
  [[...Array(9).fill(REFUSED), BUSY, 'ok'], { random: 0 }, Array(11).fill(0)],
])('attempts that end with %j, %j, start after %j ms (%#)', async (outcomes, options, starts) => {
  const { elapsedMs, starts: made } = await attempts(outcomes, options);

  expect(made).toEqual(starts);
  expect(elapsedMs).toBeLessThanOrEqual(options.budgetMs ?? 55_000);
});

test.each<[unknown[], message: string, cause: string]>([
  [FINAL, '', 'x'],
  [[BUSY], ' (5 attempts in 4 s)', 'responded with HTTP 500 without a message'],
  [[BUSY, ...FINAL], ' (2 attempts in 0 s)', 'x'],
  // What the agent answered tells more than that it was late once.
  [[BUSY, 'hang'], ' (5 attempts in 52 s)', 'responded with HTTP 500 without a message'],
  [[REFUSED, 'hang'], ' (5 attempts in 50 s)', 'no response within 12 s'],
])('attempts that end with %p fail with %j: %s', async (outcomes, message, cause) => {
  const { failure } = await attempts(outcomes);

  expect(failure).toMatchObject({ message, cause: { message: cause } });
});

const GOOD = {
  aud: ['pods.eks.amazonaws.com'],
  sub: 'system:serviceaccount:arc:build',
  exp: 4_000_000_000,
  'kubernetes.io': { node: { name: 'ip-10-0-0-1' } },
};

type Place = { uri?: string; tokenFile?: string | undefined; token?: string };

/** The container endpoint that the variables name. */
const endpointOf = ({ uri, tokenFile, token }: Place) =>
  containerEndpoint({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: uri,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
  }) as Promise<ContainerEndpoint>;

/** Asks a stand-in for the agent. The clock cannot see that it works, so the deadline of an answer never comes. */
async function ask(statuses: number[], change: Place = {}) {
  const left = [...statuses];
  const url = await standIn(() => [left.shift() ?? 200, 'bad']);

  const source = await endpointOf({ uri: `${url}/v1`, ...change });
  const sleep = (ms: number) => (ms < 12_000 ? Promise.resolve() : new Promise<void>(() => {}));
  const clock = { now: () => 0, random: () => 0, sleep };
  const options = { agentAttempts: 5, budgetMs: 55_000, signal: NEVER, clock };
  const asked = () => agents.podCredentials(source, 'eu-west-1', options);
  return { asked, source };
}

test.each([
  ['x', undefined, 'Invalid URL'],
  ['http://127.0.0.1:1', '/gone', 'ENOENT'],
])('a request to %s with the token file %s is not made: %s', async (uri, tokenFile, part) => {
  const { asked } = await ask([], { uri, tokenFile });
  const { message, facts } = await thrownBy(asked);

  expect(message).toContain(part);
  expect(facts).toMatchObject({ uri, tokenFile });
});

test.each([
  [400, 'responded with HTTP 400'],
  [200, 'the response is longer than 1 MB'],
])('an answer with HTTP %i without an end is read up to a limit', async (status, words) => {
  const { asked } = await ask([], { uri: await endless(status) });

  expect((await thrownBy(asked)).message).toContain(words);
});

test.each([
  [400, jwt(GOOD), 'eks', undefined],
  [400, jwt({ ...GOOD, aud: ['sts.amazonaws.com'] }), 'other', 'other-audience'],
  [401, jwt({ ...GOOD, exp: 1 }), 'eks', 'expired'],
  [403, jwt({ ...GOOD, exp: undefined }), 'eks', undefined],
  [404, jwt({ ...GOOD, exp: 1 }), 'eks', undefined],
  [302, jwt(GOOD), 'other', undefined],
])(
  'a refusal with HTTP %s of the token %s: the situation %s, %s',
  async (status, token, endpoint, problem) => {
    const { asked, source } = await ask([status], { token });
    const { situation, facts, area } = await thrownBy(asked);

    expect(area).toBe('pod-identity');
    expect(situation).toMatchObject({ runner: 'other', endpoint, status, token: problem });
    expect(facts).toMatchObject({ namespace: 'arc', node: 'ip-10-0-0-1', uri: source.uri });
  },
);

test.each([
  ['pods.eks.amazonaws.com', 'EKS Pod Identity returned no', 'EKS Pod Identity agent responded'],
  [
    'x',
    'The container credentials endpoint returned no',
    'Container credentials endpoint responded',
  ],
])('with a token for %s, the error is %j and a retry %j', async (aud, error, retry) => {
  const { asked } = await ask([500, 400], { token: jwt({ ...GOOD, aud }) });
  const { message } = await thrownBy(asked);

  expect(message).toMatch(new RegExp(`^${error} credentials \\(2 attempts in 0 s\\): http`));
  expect(output()).toMatch(new RegExp(`^${retry} with HTTP 500`));
});

const ENDPOINT = 'the container credentials endpoint';
const SERVICE_ACCOUNT = 'EKS Pod Identity, service account arc/build';

test.each([
  ['http://169.254.170.23/v1/credentials', jwt(GOOD), SERVICE_ACCOUNT],
  ['http://169.254.170.23:80', 'no JWT', 'EKS Pod Identity'],
  ['http://[fd00:ec2::23]/v1/credentials', jwt({ ...GOOD, sub: 'x' }), 'EKS Pod Identity'],
  ['http://127.0.0.1:1/v1', jwt(GOOD), SERVICE_ACCOUNT],
  ['http://127.0.0.1:1/v1', jwt({ ...GOOD, aud: 'x' }), `${ENDPOINT} http://127.0.0.1:1/v1`],
  ['http://169.254.170.23.example/', '', `${ENDPOINT} http://169.254.170.23.example/`],
  ['http://a/?http://169.254.170.23/', '', `${ENDPOINT} http://a/?http://169.254.170.23/`],
])('%s with the token %s is named %s', async (uri, token, name) => {
  const endpoint = await endpointOf({ uri, token });

  expect(identityOf(endpoint)).toBe(name);
});
