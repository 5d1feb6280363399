import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  AnswerError,
  type ContainerEndpoint,
  containerEndpoint,
  identityOf,
} from '../../../src/aws/container-endpoint.ts';
import * as agents from '../../../src/aws/pod-identity.ts';
import { DeadlineError } from '../../../src/time/retry.ts';
import {
  endless,
  fakeClock,
  homeOf,
  jwt,
  NEVER,
  output,
  standIn,
  table,
  thrownBy,
} from '../support.ts';

type Options = { eachMs?: number; random?: number; maxAttempts?: number; budgetMs?: number };

/** An error with a code, such as ECONNREFUSED, or else with a message. */
const errorOf = (text: string): Error =>
  /^E[A-Z]+$/.test(text) ? Object.assign(new Error('x'), { code: text }) : new Error(text);
/** An answer such as `404 page not found`. */
const answer = (text: string) => new AnswerError(Number(text.slice(0, 3)), text.slice(4));
const REFUSED = errorOf('ECONNREFUSED');

/** Makes attempts that end as given, each after some time; the last one again and again. */
async function attempts(outcomes: readonly unknown[], given: Options = {}) {
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
  const all = { maxAttempts: 5, budgetMs: 55_000, ...options, signal: NEVER, clock };
  const failure = await agents
    .requestWithRetries('agent', attempt, all)
    .catch((error: unknown) => error);
  return { starts, failure, elapsedMs: clock.now() - begin };
}

const TRANSIENT = '0 250 750 1750 3750';
const THROTTLED = '0 2250 6750 13750 23750';

table(`
  400 Service account token cannot be empty                                                    | 0
  404 404 page not found                                                                       | 0
  404 [id]: (ResourceNotFoundException): … has no service account role association for it.     | 0 1250 3750
  400 [id]: (AccessDeniedException): … EKS does not have permissions to assume …, fault: client | 0 1250 3750
  403 [id]: (AccessDeniedException): … EKS does not have permissions to assume …, fault: client | 0 1250 3750
  400 [id]: (AccessDeniedException): User: … is not authorized to perform: eks-auth:AssumeRole… | 0
  429 [id]: (ThrottlingException): Rate exceeded, fault: client                                | ${THROTTLED}
  400 [id]: (ThrottlingException): Rate exceeded, fault: client                                | ${THROTTLED}
  429 Too Many Requests                                                                        | ${THROTTLED}
  500 … failed to get rate limit token, retry quota exceeded, 0 available, 5 requested         | ${THROTTLED}
  500 [id]: (InternalServerException): …, fault: server                                        | ${TRANSIENT}
  599 []                                                                                       | ${TRANSIENT}
  403 []                                                                                       | 0
  400 []: (UnknownError): UnknownError, fault: unknown                                         | 0
  500 … no EC2 IMDS role found, … GetMetadata, http response error StatusCode: 404, request failed | 0 1250
  500 … no EC2 IMDS role found, … GetMetadata, canceled, context deadline exceeded              | ${TRANSIENT}
  403 [id]: (AccessDeniedException): a proxy said ECONNREFUSED, aborted, HTTP 500               | 0
  500 … endpoint rule error, Invalid Configuration: Missing Region                             | 0
  302 elsewhere                                                                                | 0
  201                                                                                          | 0
`)('the agent answers %s: it is asked at ms: %s', async (text = '', times) => {
  const { starts } = await attempts([answer(text)]);
  expect(starts.join(' ')).toBe(times);
  expect(output().split('attempt')).toHaveLength(starts.length);
});

const KINDS = {
  'waited for':
    'ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|connect EACCES|connect EPERM|connect EINVAL',
  retried: 'ECONNRESET|EPIPE|ETIMEDOUT|socket hang up|aborted|Server responded with status: 503',
  final: 'EACCES|ENOENT|Invalid URL|Server responded with status: 403',
};

test.each<[string, string, Error]>([
  ...Object.entries(KINDS).flatMap(([kind, texts]) =>
    texts.split('|').map((text): [string, string, Error] => [text, kind, errorOf(text)]),
  ),
  ['each address refused', 'waited for', new AggregateError([REFUSED, errorOf('EIO')])],
  ['a cause that was refused', 'waited for', new Error('no credentials', { cause: REFUSED })],
  ['a timeout of the SDK', 'retried', Object.assign(new Error('late'), { name: 'TimeoutError' })],
  ['the deadline', 'retried', new DeadlineError(1)],
])('a failure of the network, %s, is %s', async (_, kind, error) => {
  const { starts } = await attempts([error]);
  expect(starts.length > 5 ? 'waited for' : { 5: 'retried', 1: 'final' }[starts.length]).toBe(kind);
  expect(output().includes('waiting for it, 0.0 s of 43.0 s; retrying in 0.5 s')).toBe(
    kind === 'waited for',
  );
});

const BUSY = answer('500');
const THROTTLING = answer('429');
const SLOW = { eachMs: 9_000, random: 0.999 };

test.each<[unknown[], Options, starts: readonly number[]]>([
  [[BUSY], { maxAttempts: 7, random: 0.999_999 }, [0, 499, 1_498, 3_497, 7_496, 12_495, 17_494]],
  [[BUSY, REFUSED, BUSY, 'ok'], { maxAttempts: 3 }, [0, 250, 750, 1_250]],
  [[BUSY], { maxAttempts: 1 }, [0]],
  [[REFUSED], { maxAttempts: 1 }, [0]],
  [[BUSY], SLOW, [0, 9_499, 19_498, 30_496]],
  [[BUSY], { ...SLOW, budgetMs: 21_499 }, [0, 9_499]],
  [[BUSY], { ...SLOW, budgetMs: 21_498 }, [0]],
  // A throttled agent is asked again 2 s later at the earliest, or not at all.
  [[THROTTLING], { eachMs: 4_000, random: 0, budgetMs: 35_000 }, [0, 6_000, 14_000]],
  // Each rule counts its own failures.
  [[BUSY, answer('404 (ResourceNotFoundException)')], {}, [0, 250, 2_750, 6_750]],
  [
    ['hang', answer('500 no EC2 IMDS role found, StatusCode: 404')],
    { random: 0 },
    [0, 12_000, 14_000],
  ],
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
  [[errorOf('final')], '1 attempts in 0 s', 'final'],
  [[BUSY], '5 attempts in 4 s', 'responded with HTTP 500 without a message'],
  [[BUSY, errorOf('final')], '2 attempts in 0 s', 'final'],
  // What the agent answered tells more than that it was late once.
  [[BUSY, 'hang'], '5 attempts in 52 s', 'responded with HTTP 500 without a message'],
  [[REFUSED, 'hang'], '5 attempts in 50 s', 'no response within 12 s'],
  [['hang', BUSY], '5 attempts in 16 s', 'responded with HTTP 500 without a message'],
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
const endpointOf = ({ uri, tokenFile, token }: Place): Promise<ContainerEndpoint> =>
  containerEndpoint({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: uri,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
  }) as Promise<ContainerEndpoint>;

/** Asks a stand-in for the agent. The clock cannot see that it works, so the deadline of an answer never comes. */
async function ask(statuses: readonly number[], change: Place = {}) {
  const agent = await standIn((_, count) => {
    const status = statuses[Math.min(count, statuses.length) - 1] ?? 200;
    writeFileSync(homeOf('token'), `agent-token-${count}`);
    const keys = {
      AccessKeyId: 'AKIAPOD',
      SecretAccessKey: 'secret',
      Expiration: '2040-01-01T00:00:00Z',
    };
    return [
      status,
      status === 200 ? JSON.stringify({ ...keys, Token: 'session' }) : 'bad: agent-token-0',
    ];
  });
  const sleep = (ms: number) => (ms < 12_000 ? Promise.resolve() : new Promise<void>(() => {}));
  const clock = { now: () => 0, random: () => 0, sleep };
  const source = await endpointOf({ uri: `${agent.url}/v1`, ...change });
  const asked = () =>
    agents.podCredentials(source, 'eu-west-1', {
      maxAttempts: 5,
      budgetMs: 55_000,
      signal: NEVER,
      clock,
    });
  return { agent, asked, source };
}

describe('a request', () => {
  test('has the token as it is now, which is not shown', async () => {
    writeFileSync(homeOf('token'), 'agent-token-0');
    const { agent, asked } = await ask([503, 200], { tokenFile: homeOf('token') });
    const credentials = {
      accessKeyId: 'AKIAPOD',
      secretAccessKey: 'secret',
      sessionToken: 'session',
    };
    process.env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] = homeOf('token');
    expect(await asked()).toMatchObject(credentials);
    const sent = agent.requests.map(({ authorization }) => authorization);
    expect(sent).toEqual(['agent-token-0', 'agent-token-1', 'agent-token-2']);
    expect(output()).toMatch(/HTTP 503: bad: \*\*\* \(attempt 1 of 5/);
  });

  test.each([
    ['http://0.0.0.0:1', undefined, '0.0.0.0'],
    ['x', undefined, 'Invalid URL'],
    ['http://127.0.0.1:1', '/gone', 'ENOENT'],
  ])('to %s with the token file %s is not made: %s', async (uri, tokenFile, part) => {
    const { asked } = await ask([], { uri, tokenFile });
    const { message, facts } = await thrownBy(asked);
    expect(message).toContain(part);
    expect(facts).toMatchObject({ uri, tokenFile });
  });
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
    expect(situation).toEqual({
      runner: 'other',
      source: 'container',
      endpoint,
      status,
      token: problem,
    });
    const identity = { namespace: 'arc', serviceAccount: 'build', node: 'ip-10-0-0-1' };
    expect(facts).toMatchObject({ ...identity, region: 'eu-west-1', uri: source.uri });
    expect(area).toBe('pod-identity');
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
  expect((await thrownBy(asked)).message).toMatch(
    new RegExp(`^${error} credentials \\(2 attempts in 0 s\\): http`),
  );
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
  ['http://a/v2/credentials/id-of-task', '', `${ENDPOINT} http://a/v2/credentials/***`],
])('%s with the token %s is named %s', async (uri, token, name) => {
  expect(identityOf(await endpointOf({ uri, token }))).toBe(name);
});
