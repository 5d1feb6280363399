import { expect, test } from '@jest/globals';
import {
  type Area,
  Failure,
  type FailureOptions,
  type Situation,
} from '../../../src/errors/failure.ts';
import { explain, KNOWN_ERRORS } from '../../../src/known-errors/explain.ts';
import { expectLinear } from '../support.ts';
import { SAMPLES } from './samples.ts';

const PROFILE = { source: 'profile' };

/** What is said of a message, besides it. */
function explained(message: string, options: FailureOptions) {
  return explain(new Failure(message, options)).replace(`${message}\n`, '');
}

type Row = [id: string, area: Area, message: string, situation: Situation];

/** Each sample in each area of its entry. */
const SAMPLE_ROWS = KNOWN_ERRORS.flatMap(({ id, areas, requires = {} }) => {
  const { messages = [], variants = [] } = SAMPLES.get(id) ?? {};

  return [...messages, ...variants].flatMap((message) =>
    areas.map((area): Row => [id, area, message, requires]),
  );
});

test.each<Row>([
  ...SAMPLE_ROWS,

  // What the code knows is enough, but a message can say more.
  ['token-expired', 'pod-identity', '(InvalidTokenException): x', { token: 'expired' }],
  ['token-invalid', 'pod-identity', 'HTTP 400: x', { token: 'other-audience' }],
  ['agent-throttled', 'pod-identity', 'HTTP 429 without a message', { status: 429 }],
  [
    'container-uri-wrong',
    'pod-identity',
    'connect ECONNREFUSED 10.0.0.1:80',
    { endpoint: 'other' },
  ],
  ['node-credentials', 'pod-identity', '(X): The security token included in', { token: 'expired' }],
  ['no-association', 'pod-identity', '(ResourceNotFoundException): x', { endpoint: 'other' }],

  ['sts-unreachable', 'credentials', 'no connection within 5 s', PROFILE],
  ['profile-failed', 'credentials', 'credentials from any providers', PROFILE],
])('known as %s, in area %s: %s, %j', (id, area, message, situation) => {
  const named = explained(message, { knownError: id });

  expect(explained(message, { area, situation })).toBe(named);
  expect(named).toMatch(/^Likely cause: .+\nWhat to do: .+/);
});

test.each<[Area, string, Situation?]>([
  ['ecr', 'the moon is full'],
  ['ecr', 'error storing credentials: not implemented'],
  ['client', 'the moon is full (request id 400)'],
  ['client', 'unexpected end after 401 of 403 bytes'],
  ['pod-identity', 'http://169.254.170.23/v1/credentials responded with HTTP 418'],
  ['pod-identity', '(InvalidTokenException): x', { status: 400, tokenFile: 'eks' }],
  ['pod-identity', '(InvalidRequestException): x', { status: 400, tokenFile: 'other' }],
  ['pod-identity', '(InvalidParameterException): x', { status: 400, tokenFile: 'other' }],
])('not known, in area %s: %s', (area, message, situation = {}) => {
  expect(explain(new Failure(message, { area, situation }))).toBe(message);
});

test.each([
  [new Failure('ThrottlingException'), 'ThrottlingException'],
  [new Error('ThrottlingException'), 'ThrottlingException'],
  [new AggregateError([new Error('x'), new Failure('y'), new Error('x')]), 'x\ny'],
])('%p is shown as %j', (error, text) => {
  expect(explain(error)).toBe(text);
});

test('in a job hook, our own words name variables, and those of others stay as they are', () => {
  process.argv = ['node', 'index.js', '--job-hook=55'];
  const options = { area: 'client', facts: { registry: "'registries'" } } as const;

  const text = explain(new Failure("unknown key 'registries', status: 400", options));

  expect(text).toContain("unknown key 'registries', status: 400\n");
  expect(text).toContain('Give the full host in ECR_LOGIN_REGISTRIES, so that');
  expect(text).toContain('issues the token: <registry>');
});

const inCommand = (namespace?: string) =>
  explained('ResourceNotFoundException', { area: 'pod-identity', facts: { namespace } });

test.each(['arc-runners', 'a.b/c:1@d=e,f+g_h'])(
  'a placeholder of a command takes %j',
  (namespace) => {
    expect(inCommand(namespace)).toContain(
      `--cluster-name <cluster> --region <region> --namespace ${namespace} `,
    );
  },
);

const LONG = 'x'.repeat(301);

/** Values with one of these characters inside. */
const valuesWith = (characters: string) => [...characters].map((character) => `x${character}y`);

test.each([undefined, '', '-x', LONG, ...valuesWith(' $;|&\'"`*?<>[]()\n')])(
  'a placeholder of a command does not take %j',
  (namespace) => {
    expect(inCommand(namespace)).toContain('--namespace <namespace> --service-account');
  },
);

const inCause = (uri: string) =>
  explained('socket hang up', { area: 'pod-identity', facts: { uri } });

test.each(['http://[fd00:ec2::23]/v1/credentials', 'one, two'])(
  'a placeholder of a sentence takes %j',
  (uri) => {
    expect(inCause(uri)).toContain(` ${uri}. `);
  },
);

test.each(['', '-x', LONG, ...valuesWith('$;|&`<>\n')])(
  'a placeholder of a sentence does not take %j',
  (uri) => {
    expect(inCause(uri)).toContain(' <uri>. ');
  },
);

const ROLE = 'arn:aws-us-gov:iam::123456789012:role/a+b=c,d.e@f-g';
const USER = 'arn:aws:iam::123456789012:user/ci';
const NO_SESSION = 'arn:aws:sts::123456789012:assumed-role/a/b/c';

test.each([
  ['arn:aws-us-gov:sts::123456789012:assumed-role/a+b=c,d.e@f-g/i-0123456789abcdef0', ROLE],
  [USER, USER],
  [NO_SESSION, NO_SESSION],
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

const ACTION = {
  GITHUB_SERVER_URL: 'https://ghe.example.com:8443',
  GITHUB_ACTION_REPOSITORY: 'my-org/ecr.login_2',
  GITHUB_ACTION_REF: 'releases/v1.0.0+a@b-c',
};

/** The last line of an error of the action that these variables name. */
function lastLine(variables: NodeJS.ProcessEnv) {
  process.env = { ...process.env, ...ACTION, ...variables };

  return explained('socket hang up', { area: 'pod-identity' }).split('\n').at(-1);
}

test('the error ends with the link to its entry', () => {
  expect(lastLine({})).toBe(
    'More: https://ghe.example.com:8443/my-org/ecr.login_2/blob/releases/v1.0.0+a@b-c/docs/troubleshooting.md#agent-unreachable',
  );
  expect(lastLine({ GITHUB_SERVER_URL: 'http://ghe' })).toContain('More: http://ghe/my-org/');
});

const FOREIGN = ' $;|&\'"`*?<>[](){}#%\\^~,!\n';

test.each([
  [
    'GITHUB_SERVER_URL',
    'https://',
    ['ghe', 'https://', 'ftp://a', 'https://a/', 'https://a/b', 'https://a:b', 'https://a@b'],
  ],
  ['GITHUB_ACTION_REPOSITORY', 'a/', ['a', '/a', 'a/', 'a/b/c', 'a/.', 'a/..', '../a', 'a.b/c']],
  ['GITHUB_ACTION_REF', '', ['-a', '/a', '.a', '..', 'a..b', 'a/../b']],
])('the error has no link if %s has not the form of one', (name, start, values) => {
  const withForeign = valuesWith(FOREIGN).map((value) => start + value);

  for (const value of [undefined, '', ...values, ...withForeign]) {
    expect([value, lastLine({ [name]: value })]).toEqual([
      value,
      expect.not.stringContaining('More:'),
    ]);
  }
});

test('each known error has an ID of its own and a sample, in the same order', () => {
  const ids = KNOWN_ERRORS.map(({ id }) => id);

  expect(new Set(ids).size).toBe(ids.length);
  expect([...SAMPLES.keys()]).toEqual(ids);
});

test.each([...SAMPLES])(
  '%s has a title, or shares a remedy with an entry that has one',
  (id, sample) => {
    const { titleOf = id } = sample;
    const entries = KNOWN_ERRORS.filter((known) => [id, titleOf].includes(known.id));

    expect(SAMPLES.get(titleOf)?.title).toEqual(expect.any(String));
    expect(new Set(entries.map(({ remedy }) => remedy)).size).toBe(1);
  },
);

test.each(KNOWN_ERRORS)('$id is found in linear time', ({ id, patterns = [] }) => {
  const messages = SAMPLES.get(id)?.messages ?? [];
  // What a pattern almost matches, over and over.
  const pieces = messages.flatMap((text) => [text.slice(0, -1), text.slice(0, text.length / 2)]);

  for (const piece of [...pieces, ' ', 'x', '1.']) {
    for (const pattern of patterns) expectLinear(piece, (text) => pattern.test(text));
  }
});
