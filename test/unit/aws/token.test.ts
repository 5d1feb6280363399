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
  masks,
  NETWORK,
  NEVER,
  NO_END,
  standIn,
  thrownBy,
} from '../support.ts';

const ACCOUNT = '123456789012';
const OTHER = '210987654321';
const host = (account: string, region = 'eu-west-1') =>
  `${account}.dkr.ecr.${region}.amazonaws.com`;

describe('a token', () => {
  test.each([
    ['AWS', 'one:two:three'],
    ['a.user-1', 'x'],
  ])('of user %s and password %s', (username, password) => {
    const authorizationToken = btoa(`${username}:${password}`);
    const expiresAt = new Date(1);

    expect(decodeToken({ authorizationToken, expiresAt })).toEqual({
      username,
      password,
      expiresAt,
    });
    for (const none of [undefined, new Date(Number.NaN)]) {
      const data = { authorizationToken, expiresAt: none };
      expect(decodeToken(data)).toEqual({ username, password });
    }
  });

  test.each([
    undefined,
    btoa('hunter2'),
    btoa(':hunter2'),
    btoa('AWS:'),
    btoa('--help:hunter2'),
    btoa('AWS:hunter2\n'),
  ])('%j: a failure without its text', async (authorizationToken) => {
    const { message } = await thrownBy(() => decodeToken({ authorizationToken }));

    expect(message).toMatch(/^(?!.*(?:hunter2|aHVudGVy)).*no authorization token/);
  });
});

const EMULATORS = [
  'localhost:4566',
  'a',
  '000000000000.dkr.ecr.us-east-1.localhost.localstack.cloud:4566',
  `${ACCOUNT}.dkr.ecr.evil.example`,
];

test.each([host(ACCOUNT), `${host(ACCOUNT)}/`])('the registry https://%s is accepted', (name) => {
  expect(registryHost(`https://${name}`, false)).toBe(host(ACCOUNT));
});

test.each([host(ACCOUNT), ...EMULATORS])('a custom endpoint can name http://%s', (name) => {
  expect(registryHost(`http://${name}`, true)).toBe(name);
});

const refusal = async (name: string, isCustom: boolean) =>
  (await thrownBy(() => registryHost(`https://${name}`, isCustom))).message;

const IS_REFUSED = /^.*names .*(?:is not a registry of Amazon ECR|no registry)/;

test.each([`${host(ACCOUNT)}.evil.example`, `${host(ACCOUNT)}:8443`, 'ghcr.io', ...EMULATORS])(
  'the registry https://%s is refused',
  async (name) => expect(await refusal(name, false)).toMatch(IS_REFUSED),
);

test.each(['user@a', 'a:123456', '--config=x.a', 'a-', '.a', '', 'x\n::add-path::y .a'])(
  'a custom endpoint cannot name %j',
  async (name) => {
    expect(await refusal(name, true)).toMatch(IS_REFUSED);
  },
);

function token(registry: string, password: string): Answer {
  const authorizationToken = btoa(`AWS:${password}`);
  const data = { authorizationToken, proxyEndpoint: `https://${registry}` };

  return [200, JSON.stringify({ authorizationData: [data] })];
}
const REFUSAL: Answer = [400, JSON.stringify({ __type: 'TeapotException', message: 'why' })];

/** What answers for a region. */
const SERVICES: Readonly<Record<string, (region: string) => Answer>> = {
  ECR: (region) => token(host(ACCOUNT, region), region.slice(3)),
  'one region': (region) =>
    region === 'eu-west-1' ? REFUSAL : token(host(ACCOUNT, region), region.slice(3)),
  'no region': () => REFUSAL,
  loopback: () => token('127.0.0.1:5000', 'x'),
  emulator: () => token(`${ACCOUNT}.dkr.ecr.eu-west-1.localhost`, 'x'),
  'long password': () => token(host(ACCOUNT), 'a-password'),
  empty: () => [200, '{}'],
};

const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret-key' };
const REQUEST = {
  credentials: CREDENTIALS,
  network: NETWORK,
  maskPassword: true,
  endMs: NO_END,
  signal: NEVER,
};
const DEFAULT = [{ kind: 'default' } as const];

/** Gets the tokens for registries from a service below a custom endpoint. */
async function get(registries: string, service: string) {
  const url = await standIn((headers) => {
    const [, region = ''] = /\/([\w-]+)\/ecr(?:-public)?\//.exec(headers.authorization ?? '') ?? [];

    return SERVICES[service]?.(region) ?? REFUSAL;
  });
  process.env['AWS_ENDPOINT_URL'] = url;

  const { entries } = parseRegistries(registries);
  const all = entries.length > 0 ? entries : DEFAULT;
  return getTokens(all, planCalls(all, 'eu-west-1'), REQUEST);
}

const US = host(OTHER, 'us-east-2');
const LOCAL = '.dkr.ecr.eu-west-1.localhost';

test.each<[registries: string, service: string, tokens: string[]]>([
  [`${US},${OTHER}`, 'ECR', [`${US} east-2`, `${host(OTHER)} west-1`]],
  [`${host(OTHER)},${OTHER}`, 'loopback', [`${host(OTHER)} x`, '127.0.0.1:5000 x']],
  [`${OTHER},${ACCOUNT}`, 'loopback', ['127.0.0.1:5000 x']],
  [`${OTHER},${ACCOUNT}`, 'emulator', [`${OTHER}${LOCAL} x`, `${ACCOUNT}${LOCAL} x`]],
])('the tokens for %j from %s: %j', async (registries, service, expected) => {
  const { tokens, failures } = await get(registries, service);

  expect(tokens.map(({ registry, password }) => `${registry} ${password}`)).toEqual(expected);
  expect(failures).toEqual([]);
});

test('a token for two registries is masked once', async () => {
  const { tokens } = await get(`${ACCOUNT},${OTHER}`, 'long password');

  expect(tokens).toHaveLength(2);
  expect(masks()).toEqual(['a-password', btoa('AWS:a-password')]);
});

test.each<[registries: string, service: string, failure: string, tokens?: string[]]>([
  [`${OTHER},${US}`, 'one region', 'in eu-west-1: TeapotException: why', [`${US} east-2`]],
  ['public.ecr.aws', 'no region', 'from Amazon ECR Public: TeapotException: why'],
  ['public.ecr.aws', 'empty', 'no authorization token'],
  [
    `${ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com`,
    'ECR',
    'FIPS and custom endpoint are not supported',
  ],
])('a failure for %j from %s: %s', async (registries, service, failure, tokens = []) => {
  const found = await get(registries, service);

  expect(found.tokens.map(({ registry, password }) => `${registry} ${password}`)).toEqual(tokens);
  expect(found.failures.map(messageOf)).toEqual([expect.stringContaining(failure)]);

  // Without a token, there is no account to check, and no other call that could fail.
  const none = { ...found, tokens: [] };
  await checkCallerAccount([ACCOUNT], none, 'eu-west-1', REQUEST);
});

test.each([
  [200, 'the response is longer than 1 MB'],
  [400, 'HTTP 400 without a message'],
])('a response of ECR with HTTP %i that has no end is read up to a limit', async (status, part) => {
  process.env['AWS_ENDPOINT_URL'] = await endless(status);

  const { failures } = await getTokens(DEFAULT, planCalls(DEFAULT, 'eu-west-1'), REQUEST);
  expect(failures.map(messageOf).join()).toContain(part);
});
