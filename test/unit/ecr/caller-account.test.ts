import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { accountCall, checkAccount, checkCallerAccount } from '../../../src/ecr/caller-account.ts';
import { Diagnosis } from '../../../src/errors/diagnosis.ts';
import { planCalls } from '../../../src/registry/calls.ts';
import { PUBLIC_ENTRY, parseRegistries } from '../../../src/registry/entry.ts';
import { accountOf } from '../../../src/registry/host.ts';
import * as log from '../../../src/runner/log.ts';
import { AwsServices, ecrReply } from '../../harness/aws-services.ts';
import { makeUser } from '../../harness/identities.ts';
import { captureOutput } from '../written-output.ts';

const CALLER = '123456789012';
const OTHER = '111122223333';
const HOST = `${CALLER}.dkr.ecr.eu-west-1.amazonaws.com`;

describe('the account of a registry', () => {
  test.each([
    [HOST, CALLER],
    ['012345678901.dkr.ecr-fips.us-east-1.amazonaws.com', '012345678901'],
    ['123456789012.dkr-ecr.eu-west-1.on.aws', CALLER],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', CALLER],
    ['127.0.0.1:5000', undefined],
    ['public.ecr.aws', undefined],
    ['123456789012.dkr.example.com', undefined],
    ['1123456789012.dkr.ecr.eu-west-1.amazonaws.com', undefined],
    ['12345678901.dkr.ecr.eu-west-1.amazonaws.com', undefined],
    [`evil.example/${HOST}`, undefined],
    [undefined, undefined],
  ])('%s: %s', (registry, account) => {
    expect(accountOf(registry)).toBe(account);
  });
});

describe('the check of the caller account', () => {
  test('passes for each account that is allowed', () => {
    expect(() => checkAccount(CALLER, [OTHER, CALLER])).not.toThrow();
  });

  test('names an account that is not allowed, with those that are', () => {
    expect(() => checkAccount('999988887777', [OTHER, CALLER])).toThrow(
      expect.objectContaining({
        message: 'The caller account is 999988887777; allowed-account-ids allows 111122223333, 123456789012.',
        symptom: expect.objectContaining({
          knownError: 'account-not-allowed',
          facts: { accountId: '999988887777' },
        }),
      }),
    );
  });

  test('fails for an unknown account', () => {
    expect(() => checkAccount(undefined, [CALLER])).toThrow('is unknown, so it cannot be allowed');
  });
});

describe('the call whose response shows the caller account', () => {
  const own = { service: 'ecr', fips: false, dualStack: false, targets: [] };
  test.each([
    ['the default registry', '', 'eu-west-1', 'the same'],
    ['an account', OTHER, 'eu-west-1', { ...own, region: 'eu-west-1' }],
    [
      'hosts',
      `public.ecr.aws,${OTHER}.dkr-ecr-fips.us-west-2.on.aws,${HOST}`,
      undefined,
      { ...own, region: 'us-west-2', fips: true, dualStack: true },
    ],
    ['ECR Public alone', 'public.ecr.aws', 'eu-west-1', { ...own, region: 'eu-west-1' }],
    ['ECR Public alone, without a region', 'public.ecr.aws', undefined, { ...own, region: 'us-east-1' }],
  ])('for %s', (_, registries, region, expected) => {
    const calls = planCalls(parseRegistries(registries).entries, region);
    const call = accountCall(calls, region);
    if (expected === 'the same') expect(call).toBe(calls[0]);
    else expect(call).toEqual(expected);
  });
});

describe('the caller account of a step', () => {
  const aws = new AwsServices();
  const user = aws.addIdentity(makeUser(CALLER, 'ci'));
  let written: () => string;
  beforeAll(() => aws.listen());
  afterAll(() => aws.stop());
  beforeEach(() => {
    aws.requests.splice(0);
    written = captureOutput();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** What a step has: registries in the input, those of the logins, and what the credentials say. */
  type Given = { registries?: string; hosts?: string[]; credentials?: object; allowed?: string[] };

  async function check({ registries = '', hosts = [HOST], credentials = {}, allowed = [] }: Given) {
    const diagnosis = new Diagnosis();
    const entries = registries === 'public' ? [PUBLIC_ENTRY] : parseRegistries(registries).entries;
    const clientConfig = { proxies: undefined, maxAttempts: 1, requestedMaxAttempts: 1 };
    const settings = {
      credentials: { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey, ...credentials },
      endpoint: aws.url,
      customUserAgent: [],
      clientConfig,
    };
    const login = { username: 'AWS', password: 'password', token: 'token' };
    const completed = {
      calls: planCalls(entries, 'eu-west-1'),
      logins: hosts.map((registry) => ({ registry, ...login })),
    };
    const { signal } = new AbortController();
    const request = { region: 'eu-west-1', settings, signal, diagnosis };
    const error = await checkCallerAccount(allowed, completed, request).catch((thrown: unknown) => thrown);
    return { error, log: written(), checks: diagnosis.lines(), requests: aws.requests.length };
  }

  const ROLE = { accountId: CALLER, $source: { CREDENTIALS_STS_ASSUME_ROLE_WEB_ID: 'k' } };
  const LOGGED = `Caller account: ${CALLER}\n`;

  test.each<[string, Given]>([
    ['the response for the default registry shows it', {}],
    ['STS has assumed a role in it', { registries: OTHER, credentials: ROLE }],
    [
      'STS has assumed a role in it, and no call succeeded',
      { registries: OTHER, credentials: ROLE, hosts: [] },
    ],
    ['STS has assumed a role in it, for ECR Public', { registries: 'public', credentials: ROLE }],
    [
      'STS has assumed a role in it, and the response does not show it',
      { hosts: ['127.0.0.1:5000'], credentials: ROLE },
    ],
  ])('is logged without a further call where %s', async (_, given) => {
    expect(await check(given)).toEqual({
      error: undefined,
      log: LOGGED,
      checks: [`✓ Caller account: ${CALLER}`],
      requests: 0,
    });
  });

  test.each<[string, Given]>([
    ['every account is allowed', { registries: OTHER }],
    ['the credentials only claim it', { registries: OTHER, credentials: { accountId: CALLER } }],
    [
      'a process only claims it',
      { registries: OTHER, credentials: { accountId: CALLER, $source: { CREDENTIALS_PROCESS: 'w' } } },
    ],
    ['the response does not show it', { hosts: ['127.0.0.1:5000'] }],
    ['the call for the default registry failed', { hosts: [], allowed: [CALLER] }],
    ['there is nothing to log in to', { registries: OTHER, hosts: [], allowed: [CALLER] }],
  ])('is neither requested nor logged where %s', async (_, given) => {
    expect(await check(given)).toMatchObject({ error: undefined, log: '', requests: 0 });
  });

  test('is requested where it is not known and must be checked; its password is kept out of the log', async () => {
    // Short, so that only what the action knows of it keeps it out.
    const token = Buffer.from('AWS:hunter2-hunter2').toString('base64');
    aws.faults.once(
      ecrReply({ authorizationData: [{ proxyEndpoint: `https://${HOST}`, authorizationToken: token }] }),
    );
    const allowed = [OTHER, CALLER];
    const { error, log: shown, checks, requests } = await check({ registries: OTHER, allowed });
    expect([error, shown, requests]).toEqual([undefined, LOGGED, 1]);
    expect(checks).toEqual([`✓ Caller account: ${CALLER}`, `✓ Allowed accounts: ${allowed.join(', ')}`]);
    expect(aws.calls[0]?.registryIds).toBeUndefined();
    log.info(`docker said hunter2-hunter2 and ${token}.`);
    expect(written()).toBe(`${LOGGED}docker said *** and ***.\n`);
  });

  test('is not requested to check a role that STS has assumed', async () => {
    const { error, requests } = await check({ registries: OTHER, credentials: ROLE, allowed: [OTHER] });
    expect(String(error)).toContain(`The caller account is ${CALLER}; allowed-account-ids allows ${OTHER}.`);
    expect(requests).toBe(0);
  });

  test('that the response for the default registry does not show is not requested again', async () => {
    const given = { hosts: ['127.0.0.1:5000'], allowed: [CALLER] };
    const { error, log: shown, checks, requests } = await check(given);
    expect(error).toMatchObject({ symptom: { knownError: 'account-unknown' } });
    expect([shown, requests]).toEqual(['', 0]);
    expect(checks).toEqual([
      '✓ Caller account: not in the response',
      '✗ Allowed accounts: failed, see below',
    ]);
  });
});
