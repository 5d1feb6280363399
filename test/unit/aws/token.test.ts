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
  table,
  thrownBy,
  words,
} from '../support.ts';

const ACCOUNT = '123456789012';
const OTHER = '210987654321';
const host = (account: string, region = 'eu-west-1'): string =>
  `${account}.dkr.ecr.${region}.amazonaws.com`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a token', () => {
  test.each(['AWS one:two:three', 'a.user-1 x'])('of user and password %s', (text) => {
    const [username = '', password = ''] = text.split(' ');
    const token = base64(`${username}:${password}`);
    const expiresAt = new Date(1);
    expect(decodeToken(token, expiresAt)).toEqual({ username, password, expiresAt });
    for (const none of [undefined, new Date(Number.NaN)])
      expect(decodeToken(token, none)).toEqual({ username, password });
  });

  test.each([
    ...[undefined, '', '%%%'],
    ...'hunter2|:hunter2|AWS:|--help:hunter2| AWS:hunter2|AWS:hunter2 x|AWS:hunter2\n'
      .split('|')
      .map(base64),
  ])('%j: a failure without its text', async (token) => {
    const { message } = await thrownBy(() => decodeToken(token, undefined));
    expect(message).toMatch(/^(?!.*(?:hunter2|aHVudGVy)).*no authorization token/);
  });
});

const LOCALSTACK = '000000000000.dkr.ecr.us-east-1.localhost.localstack.cloud:4566';
const EMULATORS = words(
  `127.0.0.1:5000 localhost:4566 ecr.example a ${LOCALSTACK} ${ACCOUNT}.dkr.ecr.evil.example`,
);

test.each([
  ...['', '/'].map((end) => [`https://${host(ACCOUNT)}${end}`, false] as const),
  ...[host(ACCOUNT), ...EMULATORS].map((one) => [`http://${one}`, true] as const),
])('the registry %s, with a custom endpoint: %s, is accepted', (endpoint, isCustom) => {
  expect(registryHost(endpoint, isCustom)).toBe(
    endpoint.replace(/^https?:\/\//, '').replace(/\/$/, ''),
  );
});

test.each([
  ...words(`${host(ACCOUNT)}.evil.example ${host(ACCOUNT)}:8443 ghcr.io`).map(
    (one) => [one, false] as const,
  ),
  ...EMULATORS.map((one) => [one, false] as const),
  ...words('user@a a/path a:x a:123456 --config=x.a -a.b a- .a').map((one) => [one, true] as const),
  ...['', 'a b', 'x\n::add-path::y .a'].map((one) => [one, true] as const),
])('the registry %j, with a custom endpoint: %s, is refused', async (name, isCustom) => {
  const { message } = await thrownBy(() => registryHost(`https://${name}`, isCustom));
  expect(message).toMatch(/^.*names .*(?:is not a registry of Amazon ECR|no registry)/);
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

/** Gets the tokens for registries from a service below a custom endpoint, and checks the caller account. */
async function get(registries: string, service: string, allowed?: string) {
  const { url, requests } = await standIn((headers) => {
    const [, region = ''] = /\/([\w-]+)\/ecr(?:-public)?\//.exec(headers.authorization ?? '') ?? [];
    const isPublic = headers['x-amz-target']?.includes('SpencerFrontend') === true;
    return SERVICES[service]?.(isPublic ? `public-${region}` : region) ?? REFUSAL;
  });
  process.env['AWS_ENDPOINT_URL'] = url;
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret-key' };
  const request = { credentials, network: NETWORK, endMs: NO_END, signal: NEVER };
  const { entries } = parseRegistries(registries);
  const all = entries.length > 0 ? entries : [{ kind: 'default' } as const];
  const tokens = await getTokens(all, planCalls(all, 'eu-west-1'), request);
  if (allowed !== undefined) await checkCallerAccount(words(allowed), tokens, 'eu-west-1', request);
  return { ...tokens, requests };
}

const US = host(OTHER, 'us-east-2');
table(`
                           | ECR        | ${host(ACCOUNT)} eu-west-1
  ${OTHER},${ACCOUNT}      | ECR        | ${host(OTHER)} eu-west-1, ${host(ACCOUNT)} eu-west-1
  ${host(OTHER)},${OTHER}  | ECR        | ${host(OTHER)} eu-west-1
  ${US},${OTHER}           | ECR        | ${US} us-east-2, ${host(OTHER)} eu-west-1
  public.ecr.aws,${OTHER}  | ECR        | public.ecr.aws public-us-east-1, ${host(OTHER)} eu-west-1
  ${OTHER},${US}           | one region | ${US} us-east-2 | in eu-west-1: TeapotException: why
  public.ecr.aws           | no region  |                 | from Amazon ECR Public: TeapotException: why
  ${OTHER}                 | loopback   | 127.0.0.1:5000 x
  ${host(OTHER)},${OTHER}  | loopback   | ${host(OTHER)} x, 127.0.0.1:5000 x
  ${OTHER},${ACCOUNT}      | loopback   | 127.0.0.1:5000 x
  ${OTHER},${ACCOUNT}      | emulator   | ${OTHER}.dkr.ecr.eu-west-1.localhost x, ${ACCOUNT}.dkr.ecr.eu-west-1.localhost x
                           | LocalStack | ${LOCALSTACK} x
                           | hostile    |                 | which is not a registry of Amazon ECR
  public.ecr.aws           | empty      |                 | no authorization token
  ${ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com | ECR |  | FIPS and custom endpoint are not supported
  ${ACCOUNT}.dkr-ecr.us-east-1.on.aws | ECR  |            | Dualstack and custom endpoint are not supported
`)(
  'the tokens for %j from %s: %s',
  async (registries = '', service = '', expected = '', failure = '') => {
    const { tokens, failures } = await get(registries, service);
    expect(tokens.map(({ registry, password }) => `${registry} ${password}`).join(', ')).toBe(
      expected,
    );
    expect(failures.map(messageOf).join()).toContain(failure);
    expect(failures).toHaveLength(failure === '' ? 0 : 1);
  },
);

table(`
                 |                     | ECR       | 1 | ${ACCOUNT}
                 | ${OTHER} ${ACCOUNT} | ECR       | 1 | ${ACCOUNT}
                 | ${OTHER}            | ECR       | 1 | ${ACCOUNT} | account-not-allowed
  ${OTHER}       | ${OTHER}            | ECR       | 1 | ${ACCOUNT} | account-not-allowed
  public.ecr.aws |                     | ECR       | 1 |
  public.ecr.aws | ${ACCOUNT}          | ECR       | 2 | ${ACCOUNT}
  public.ecr.aws | ${OTHER}            | ECR       | 2 | ${ACCOUNT} | account-not-allowed
                 | ${ACCOUNT}          | emulator  | 2 |            | account-not-allowed
                 | 000000000000        | LocalStack | 2 |            | account-not-allowed
                 | ${OTHER}            | no region | 1 |
`)('registries %j, allowed %j, %s: %s calls, caller %j, %s', async (...row) => {
  const [registries = '', allowed, service = '', calls, account, problem] = row;
  const failed = () => thrownBy(() => get(registries, service, allowed));
  if (problem !== undefined) expect((await failed()).knownError).toBe(problem);
  else expect((await get(registries, service, allowed)).requests).toHaveLength(Number(calls));
  expect(/^Caller account: (.*)$/m.exec(output())?.[1] ?? '').toBe(account);
});

test.each([
  [200, 'the response is longer than 1 MB'],
  [400, 'HTTP 400 without a message'],
])('a response of ECR with HTTP %i that has no end is read up to a limit', async (status, part) => {
  process.env['AWS_ENDPOINT_URL'] = await endless(status);
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret-key' };
  const request = { credentials, network: NETWORK, endMs: NO_END, signal: NEVER };
  const all = [{ kind: 'default' } as const];
  const { failures } = await getTokens(all, planCalls(all, 'eu-west-1'), request);
  expect(failures.map(messageOf).join()).toContain(part);
});
