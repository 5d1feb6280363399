import { describe, expect, test } from '@jest/globals';
import { parseRegistries, planCalls } from '../../../src/aws/registries.ts';
import {
  checkCallerAccount,
  decodeToken,
  getTokens,
  registryHost,
} from '../../../src/aws/token.ts';
import { messageOf } from '../../../src/errors/failure.ts';
import {
  type Answer,
  endless,
  NETWORK,
  NEVER,
  NO_END,
  output,
  standIn,
  thrownBy,
} from '../support.ts';

const ACCOUNT = '123456789012';
const OTHER = '210987654321';
const host = (account: string, region = 'eu-west-1'): string =>
  `${account}.dkr.ecr.${region}.amazonaws.com`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a token', () => {
  test.each([
    ['AWS', 'one:two:three'],
    ['a.user-1', 'x'],
  ])('of user %s and password %s', (username, password) => {
    const token = base64(`${username}:${password}`);
    const expiresAt = new Date(1);

    expect(decodeToken(token, expiresAt)).toEqual({ username, password, expiresAt });
    for (const none of [undefined, new Date(Number.NaN)]) {
      expect(decodeToken(token, none)).toEqual({ username, password });
    }
  });

  test.each([
    undefined,
    '',
    '%%%',
    base64('hunter2'),
    base64(':hunter2'),
    base64('AWS:'),
    base64('--help:hunter2'),
    base64(' AWS:hunter2'),
    base64('AWS:hunter2 x'),
    base64('AWS:hunter2\n'),
  ])('%j: a failure without its text', async (token) => {
    const { message } = await thrownBy(() => decodeToken(token, undefined));

    expect(message).toMatch(/^(?!.*(?:hunter2|aHVudGVy)).*no authorization token/);
  });
});

const LOCALSTACK = '000000000000.dkr.ecr.us-east-1.localhost.localstack.cloud:4566';
const EMULATORS = [
  '127.0.0.1:5000',
  'localhost:4566',
  'ecr.example',
  'a',
  LOCALSTACK,
  `${ACCOUNT}.dkr.ecr.evil.example`,
];

test.each([host(ACCOUNT), `${host(ACCOUNT)}/`])('the registry https://%s is accepted', (name) => {
  expect(registryHost(`https://${name}`, false)).toBe(host(ACCOUNT));
});

test.each([host(ACCOUNT), ...EMULATORS])('a custom endpoint can name http://%s', (name) => {
  expect(registryHost(`http://${name}`, true)).toBe(name);
});

const refusal = async (name: string, isCustom: boolean): Promise<string> =>
  (await thrownBy(() => registryHost(`https://${name}`, isCustom))).message;

const IS_REFUSED = /^.*names .*(?:is not a registry of Amazon ECR|no registry)/;

test.each([`${host(ACCOUNT)}.evil.example`, `${host(ACCOUNT)}:8443`, 'ghcr.io', ...EMULATORS])(
  'the registry https://%s is refused',
  async (name) => expect(await refusal(name, false)).toMatch(IS_REFUSED),
);

test.each([
  'user@a',
  'a/path',
  'a:x',
  'a:123456',
  '--config=x.a',
  '-a.b',
  'a-',
  '.a',
  '',
  'a b',
  'x\n::add-path::y .a',
])('a custom endpoint cannot name %j', async (name) => {
  expect(await refusal(name, true)).toMatch(IS_REFUSED);
});

/** The answer with a token; that of ECR Public names no registry. */
function token(registry: string | undefined, password: string): Answer {
  const data = { authorizationToken: base64(`AWS:${password}`), expiresAt: 1_900_000_000 };
  const named = [{ ...data, proxyEndpoint: `https://${registry}` }];

  return [200, JSON.stringify({ authorizationData: registry === undefined ? data : named })];
}
const REFUSAL: Answer = [400, JSON.stringify({ __type: 'TeapotException', message: 'why' })];

/** What answers for a region, or for `public-` and a region. */
const SERVICES: Readonly<Record<string, (region: string) => Answer>> = {
  ECR: (region) => token(region.startsWith('public') ? undefined : host(ACCOUNT, region), region),
  'one region': (region) =>
    region === 'eu-west-1' ? REFUSAL : token(host(ACCOUNT, region), region),
  'no region': () => REFUSAL,
  loopback: () => token('127.0.0.1:5000', 'x'),
  emulator: () => token(`${ACCOUNT}.dkr.ecr.eu-west-1.localhost`, 'x'),
  LocalStack: () => token(LOCALSTACK, 'x'),
  hostile: () => token('--config=x', 'x'),
  empty: () => [200, '{}'],
};

const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret-key' };
const REQUEST = { credentials: CREDENTIALS, network: NETWORK, endMs: NO_END, signal: NEVER };
const DEFAULT = [{ kind: 'default' } as const];

/** Gets the tokens for registries from a service below a custom endpoint, and checks the caller account. */
async function get(registries: string, service: string, allowed: readonly string[] = []) {
  const { url, requests } = await standIn((headers) => {
    const [, region = ''] = /\/([\w-]+)\/ecr(?:-public)?\//.exec(headers.authorization ?? '') ?? [];
    const isPublic = headers['x-amz-target']?.includes('SpencerFrontend') === true;

    return SERVICES[service]?.(isPublic ? `public-${region}` : region) ?? REFUSAL;
  });
  process.env['AWS_ENDPOINT_URL'] = url;

  const { entries } = parseRegistries(registries);
  const all = entries.length > 0 ? entries : DEFAULT;
  const tokens = await getTokens(all, planCalls(all, 'eu-west-1'), REQUEST);
  await checkCallerAccount(allowed, tokens, 'eu-west-1', REQUEST);

  return { ...tokens, requests };
}

const PUBLIC = 'public.ecr.aws';
const US = host(OTHER, 'us-east-2');
const LOCAL = '.dkr.ecr.eu-west-1.localhost';

test.each<[registries: string, service: string, tokens: string[]]>([
  ['', 'ECR', [`${host(ACCOUNT)} eu-west-1`]],
  [`${OTHER},${ACCOUNT}`, 'ECR', [`${host(OTHER)} eu-west-1`, `${host(ACCOUNT)} eu-west-1`]],
  [`${host(OTHER)},${OTHER}`, 'ECR', [`${host(OTHER)} eu-west-1`]],
  [`${US},${OTHER}`, 'ECR', [`${US} us-east-2`, `${host(OTHER)} eu-west-1`]],
  [`${PUBLIC},${OTHER}`, 'ECR', [`${PUBLIC} public-us-east-1`, `${host(OTHER)} eu-west-1`]],
  [OTHER, 'loopback', ['127.0.0.1:5000 x']],
  [`${host(OTHER)},${OTHER}`, 'loopback', [`${host(OTHER)} x`, '127.0.0.1:5000 x']],
  [`${OTHER},${ACCOUNT}`, 'loopback', ['127.0.0.1:5000 x']],
  [`${OTHER},${ACCOUNT}`, 'emulator', [`${OTHER}${LOCAL} x`, `${ACCOUNT}${LOCAL} x`]],
  ['', 'LocalStack', [`${LOCALSTACK} x`]],
])('the tokens for %j from %s: %j', async (registries, service, expected) => {
  const { tokens, failures } = await get(registries, service);

  expect(tokens.map(({ registry, password }) => `${registry} ${password}`)).toEqual(expected);
  expect(failures).toEqual([]);
});

test.each<[registries: string, service: string, failure: string, tokens?: string[]]>([
  [`${OTHER},${US}`, 'one region', 'in eu-west-1: TeapotException: why', [`${US} us-east-2`]],
  [PUBLIC, 'no region', 'from Amazon ECR Public: TeapotException: why'],
  ['', 'hostile', 'which is not a registry of Amazon ECR'],
  [PUBLIC, 'empty', 'no authorization token'],
  [
    `${ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com`,
    'ECR',
    'FIPS and custom endpoint are not supported',
  ],
  [`${ACCOUNT}.dkr-ecr.us-east-1.on.aws`, 'ECR', 'Dualstack and custom endpoint are not supported'],
])('a failure for %j from %s: %s', async (registries, service, failure, expected = []) => {
  const { tokens, failures } = await get(registries, service);

  expect(tokens.map(({ registry, password }) => `${registry} ${password}`)).toEqual(expected);
  expect(failures.map(messageOf)).toEqual([expect.stringContaining(failure)]);
});

/** The account that the log names. */
const caller = (): string | undefined => /^Caller account: (.*)$/m.exec(output())?.[1];

test.each<[registries: string, allowed: string[], service: string, calls: number, string?]>([
  ['', [], 'ECR', 1, ACCOUNT],
  ['', [OTHER, ACCOUNT], 'ECR', 1, ACCOUNT],
  [PUBLIC, [], 'ECR', 1],
  [PUBLIC, [ACCOUNT], 'ECR', 2, ACCOUNT],
  ['', [OTHER], 'no region', 1],
])(
  'registries %j, allowed %j, %s: %i calls, caller %s',
  async (registries, allowed, service, calls, account = undefined) => {
    const { requests } = await get(registries, service, allowed);

    expect(requests).toHaveLength(calls);
    expect(caller()).toBe(account);
  },
);

test.each<[registries: string, allowed: string, service: string, account?: string]>([
  ['', OTHER, 'ECR', ACCOUNT],
  [OTHER, OTHER, 'ECR', ACCOUNT],
  [PUBLIC, OTHER, 'ECR', ACCOUNT],
  ['', ACCOUNT, 'emulator'],
  ['', '000000000000', 'LocalStack'],
])(
  'registries %j, allowed %s, %s: refused, caller %s',
  async (registries, allowed, service, account = undefined) => {
    const { knownError } = await thrownBy(() => get(registries, service, [allowed]));

    expect(knownError).toBe('account-not-allowed');
    expect(caller()).toBe(account);
  },
);

test.each([
  [200, 'the response is longer than 1 MB'],
  [400, 'HTTP 400 without a message'],
])('a response of ECR with HTTP %i that has no end is read up to a limit', async (status, part) => {
  process.env['AWS_ENDPOINT_URL'] = await endless(status);

  const { failures } = await getTokens(DEFAULT, planCalls(DEFAULT, 'eu-west-1'), REQUEST);
  expect(failures.map(messageOf).join()).toContain(part);
});
