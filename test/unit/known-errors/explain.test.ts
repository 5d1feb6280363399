import { expect, test } from '@jest/globals';
import {
  type Area,
  type Facts,
  Failure,
  type FailureOptions,
  type NamedError,
  type Situation,
} from '../../../src/errors/failure.ts';
import { explain, KNOWN_ERRORS } from '../../../src/known-errors/explain.ts';
import { expectLinear } from '../support.ts';
import { SAMPLES } from './samples.ts';

const DEFAULT_CHAIN = { source: 'default-chain' } as const;

/** What is said of a message, besides it. */
const explained = (message: string, options: FailureOptions): string =>
  explain(new Failure(message, options)).replace(`${message}\n`, '');

/** Each sample in each area of its entry. */
const ROWS = KNOWN_ERRORS.filter(({ pattern, requires }) => pattern ?? requires).flatMap(
  ({ id, areas, requires: situation = {} }) =>
    [...(SAMPLES[id]?.messages ?? []), ...(SAMPLES[id]?.variants ?? [])].flatMap((text) =>
      areas.map((area) => [id as NamedError, area, text, situation] as const),
    ),
);

test.each(ROWS)('known as %s, in area %s: %s, %j', (knownError, area, text, situation) => {
  expect(explained(text, { area, situation })).toBe(explained(text, { knownError }));
  expect(explained(text, { knownError })).toMatch(/^Likely cause: .+\nWhat to do: .+/);
});

test.each<[id: string, Area, message: string, Situation]>([
  ['node-credentials', 'pod-identity', '(X): The security token included in', { token: 'expired' }],
  ['no-association', 'pod-identity', '(ResourceNotFoundException): x', { endpoint: 'other' }],
  [
    'no-credentials',
    'credentials',
    'Unable to connect to instance metadata service',
    DEFAULT_CHAIN,
  ],
  [
    'no-credentials',
    'credentials',
    'credentials from any providers',
    { ...DEFAULT_CHAIN, runner: 'other' },
  ],
  ['sts-unreachable', 'credentials', 'no connection within 5 s', { source: 'profile' }],
  [
    'profile-failed',
    'credentials',
    'credentials from any providers',
    { source: 'profile', runner: 'pod' },
  ],
  [
    'profile-failed',
    'credentials',
    'instance metadata, open x',
    { source: 'profile', runner: 'container-job' },
  ],
])('known as %s, in area %s: %s, %j', (id, area, message, situation) => {
  const knownError = id as NamedError;
  expect(explained(message, { area, situation })).toBe(explained(message, { knownError }));
});

test.each<[Area, string]>([
  ['ecr', 'the moon is full'],
  ['ecr', 'error storing credentials: not implemented'],
  ['client', 'the moon is full (request id 400)'],
  ['client', 'unexpected end after 401 of 403 bytes'],
  ['pod-identity', 'http://169.254.170.23/v1/credentials responded with HTTP 418'],
])('not known, in area %s: %s', (area, message) => {
  expect(explain(new Failure(message, { area }))).toBe(message);
});

test.each([
  [new Failure('ThrottlingException'), 'ThrottlingException'],
  [new Error('ThrottlingException'), 'ThrottlingException'],
  ['ThrottlingException', 'ThrottlingException'],
  [new AggregateError([new Error('x'), new Failure('y'), new Error('x')]), 'x\ny'],
])('%p is shown as %j', (error, text) => expect(explain(error)).toBe(text));

const inCommand = (facts: Facts): string =>
  explained('ResourceNotFoundException', { area: 'pod-identity', facts });
const inCause = (uri: string): string =>
  explained('socket hang up', { area: 'pod-identity', facts: { uri } });
const LONG = 'x'.repeat(301);

test.each(['arc-runners', 'a.b/c:1@d=e,f+g_h'])(
  'a placeholder of a command takes %j',
  (namespace) => {
    expect(inCommand({ namespace })).toContain(
      `--cluster-name <cluster> --region <region> --namespace ${namespace} `,
    );
  },
);

const NOT_TAKEN = ['', ..."$(id)|x$(id)|x;id|x y|-x|[x]|<x>|x\ny|x'y|x`y|x*".split('|'), LONG];

test.each([undefined, ...NOT_TAKEN])('a placeholder of a command does not take %j', (namespace) =>
  expect(inCommand({ namespace })).toContain('--namespace <namespace> --service-account'),
);

test.each([
  ['http://[fd00:ec2::23]/v1/credentials', true],
  ['one, two', true],
  ...['', '$(id)', 'x\ny', '-x', '<x>', '`x`', LONG].map((uri) => [uri, false] as const),
])('a placeholder of a sentence takes %j: %s', (uri, isTaken) => {
  expect(inCause(uri)).toContain(isTaken ? ` ${uri}. ` : ' <uri>. ');
});

const ROLE = 'arn:aws-us-gov:iam::123456789012:role/a+b=c,d.e@f-g';
test.each([
  ['arn:aws-us-gov:sts::123456789012:assumed-role/a+b=c,d.e@f-g/i-0123456789abcdef0', ROLE],
  ['arn:aws:iam::123456789012:user/ci', 'arn:aws:iam::123456789012:user/ci'],
  ['arn:aws:sts::123456789012:assumed-role/a/b/c', 'arn:aws:sts::123456789012:assumed-role/a/b/c'],
])('the principal of a denied call, %s, is %s in policies', (principal, named) => {
  const call = `User: ${principal} is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`;
  for (const end of [
    '',
    ' with an explicit deny',
    ' because no VPC endpoint policy allows the action',
  ]) {
    const text = explained(call + end, { area: 'credentials' });
    expect(text).toContain(named);
    if (named !== principal) expect(text).not.toContain(principal);
    // An Allow does not help if a policy denies explicitly.
    expect(text.includes('"Allow"')).toBe(!end.includes('deny'));
  }
});

test('each known error has an ID of its own and a sample', () => {
  const ids = KNOWN_ERRORS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(Object.keys(SAMPLES))).toEqual(new Set(ids));
});

test.each(KNOWN_ERRORS.filter(({ pattern }) => pattern))(
  '$id in linear time',
  ({ id, pattern }) => {
    // What the pattern almost matches, over and over.
    const pieces = (SAMPLES[id]?.messages ?? []).flatMap((text) => [
      text.slice(0, -1),
      text.slice(0, text.length / 2),
    ]);
    for (const piece of [...pieces, ' ', 'x', '1.']) {
      expectLinear(piece, (text) => pattern?.test(text));
    }
  },
);
