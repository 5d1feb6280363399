import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { resolveRegionConfig } from '@smithy/core/config';
import fc from 'fast-check';
import { stepRegion } from '../../../src/aws/region.ts';
import {
  accountIdProblem,
  isRegionName,
  needsRegion,
  parsePrivateHost,
  parseRegistries,
  planCalls,
} from '../../../src/aws/registries.ts';
import { expectLinear, homeOf, SEED, thrownBy } from '../support.ts';

const ACCOUNT = '123456789012';
const IRELAND = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`;
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** Every service and suffix of ECR's hosts, and the variants of their endpoint. */
test.each([
  ['dkr.ecr', 'eu-west-1', 'amazonaws.com', ''],
  ['dkr.ecr-fips', 'ap-southeast-11', 'amazonaws.com', 'fips'],
  ['dkr-ecr', 'us-west-2', 'on.aws', 'dualStack'],
  ['dkr-ecr-fips', 'us-gov-west-1', 'on.aws', 'fips dualStack'],
  ['dkr.ecr', 'cn-north-1', 'amazonaws.com.cn', ''],
  ['dkr-ecr', 'cn-northwest-1', 'on.amazonwebservices.com.cn', 'dualStack'],
  ['dkr.ecr', 'eusc-de-east-1', 'amazonaws.eu', ''],
  ['dkr.ecr', 'us-iso-east-1', 'c2s.ic.gov', ''],
  ['dkr.ecr', 'us-isob-east-1', 'sc2s.sgov.gov', ''],
  ['dkr.ecr', 'eu-isoe-west-1', 'cloud.adc-e.uk', ''],
  ['dkr.ecr', 'us-isof-south-1', 'csp.hci.ic.gov', ''],
  ['DKR-ECR-FIPS', 'US-East-1', 'On.AWS', 'fips dualStack'],
])(
  'the private host ….%s.%s.%s is one of ECR, with the variants %j',
  (service, name, suffix, variants) => {
    const region = name.toLowerCase();

    expect(parsePrivateHost(`${ACCOUNT}.${service}.${name}.${suffix}`)).toEqual({
      accountId: ACCOUNT,
      region,
      fips: variants.includes('fips'),
      dualStack: variants.includes('dualStack'),
    });
    expect(isRegionName(region)).toBe(true);
  },
);

test.each([
  `1${IRELAND}`,
  IRELAND.slice(1),
  `${IRELAND}.de`,
  `${IRELAND}:443`,
  `${ACCOUNT}.dkr.ecr.eu-west-1.on.aws`,
  `${ACCOUNT}.dkr-ecr.eu-west-1.amazonaws.com`,
  `${ACCOUNT}.dkr.ecr.eu-west-1.evil.amazonaws.com`,
  `${ACCOUNT}-dkr-ecr.eu-west-1.on.aws`,
  `${ACCOUNT}.dkr.ecr-fipsy.eu-west-1.amazonaws.com`,
  `${ACCOUNT}.ecr.eu-west-1.amazonaws.com`,
])('no private host of ECR: %s', (host) => {
  expect(parsePrivateHost(host)).toBeUndefined();
});

test.each([
  'eu-west',
  'eu-west-123',
  'west-1',
  'e-west-1',
  'europe-west-1',
  'eu-w-1',
  'eu-a-b-c-1',
  'eu-west-1x',
  'EU-west-1',
  'fips-us-east-1-fips',
])('no region name: %s', (text) => {
  expect(isRegionName(text)).toBe(false);
});

test.each(['us-east-1-fips', 'fips-us-east-1', 'fips-dkr-us-gov-east-1', 'fips-prod-eu-west-1'])(
  '%s, which the SDK takes for FIPS, is a region, but none of a host',
  async (region) => {
    const sdk = resolveRegionConfig({ region, useFipsEndpoint: false });
    expect([isRegionName(await sdk.region()), await sdk.useFipsEndpoint()]).toEqual([true, true]);

    const host = IRELAND.replace('eu-west-1', region);
    expect([isRegionName(region), parsePrivateHost(host)]).toEqual([true, undefined]);
  },
);

test.each([
  ['123456789012', /^$/],
  ['12345678901', /^has 11 digits, not the 12 .*leading zero; quote/],
  ['1234567890123', /^has 13 digits, not the 12 of an account ID$/],
  ['12345678901x', /^is not a 12-digit account ID/],
])('the account ID %s: %s', (word, problem) => {
  expect(accountIdProblem(word) ?? '').toMatch(problem);
});

describe('the entries of a list', () => {
  /** The kinds of the entries, each with what it stands for. */
  const parse = (text: string) => {
    const { entries, problems } = parseRegistries(text);
    const kinds = entries.map((entry) => Object.values(entry).slice(0, 2).join(' '));

    return { kinds, problems };
  };

  const ONES = 'account 111111111111';

  test.each<[text: string, kinds: string[]]>([
    [',\n,  \r\n', []],
    ['111111111111 \r\n222222222222\r111111111111', [ONES, 'account 222222222222']],
    [`${IRELAND}/a,111111111111,HTTPS://${IRELAND}/b:1`, [`private ${IRELAND}`, ONES]],
    [`https://${IRELAND}/team/my_app-x.y:v1@${DIGEST}`, [`private ${IRELAND}`]],
    [IRELAND.toUpperCase(), [`private ${IRELAND.toUpperCase()}`]],
    ['public.ecr.aws/alias/app:1', ['public public.ecr.aws']],
    ['https://Public.ECR.aws', ['public Public.ECR.aws']],
    [`ecr-public.aws.com/alias@${DIGEST}`, ['public ecr-public.aws.com']],
  ])('%j: %j', (text, kinds) => {
    expect(parse(text)).toEqual({ kinds, problems: [] });
  });

  test.each([
    ['111111111111 222222222222', 'a space; separate entries with commas or line breaks'],
    [`${IRELAND}/app?x=1`, 'unexpected text after the host'],
    [`${IRELAND}/$(id)`, 'unexpected text after the host'],
    [`http://${IRELAND}`, 'neither a 12-digit account ID nor a registry of Amazon ECR'],
    [`${IRELAND}:5000/app`, 'neither'],
    ['ghcr.io', "'ghcr.io' is neither"],
    ['xpublic.ecr.aws', 'neither'],
  ])('%s: a problem, %s', (text, problem) => {
    const problems = [expect.stringContaining(problem)];

    expect(parse(`${text},${ACCOUNT}`)).toEqual({ kinds: [`account ${ACCOUNT}`], problems });
  });

  const host = fc.constantFrom(...IRELAND.split(/(?=[.-])/));
  const pieces = fc.constantFrom(
    ACCOUNT,
    'public.ecr.aws',
    'https://',
    '/app',
    ':1',
    '@',
    ',',
    '\n',
  );
  const near = fc.oneof(host, pieces, fc.string({ unit: 'binary', maxLength: 4 }));

  test(`of any text are account IDs and hosts of ECR, and nothing is dropped in silence (seed ${SEED})`, () => {
    const property = fc.property(fc.array(near), (parts) => {
      const text = parts.join('');
      const { entries, problems } = parseRegistries(text);

      for (const entry of entries) {
        if (entry.kind === 'account') expect(entry.accountId).toMatch(/^\d{12}$/);
        if (entry.kind === 'private') expect(parsePrivateHost(entry.host)).toBeDefined();
        if (entry.kind === 'public') expect(entry.host).toMatch(/^public\.ecr\.aws$/i);
      }

      expect(problems.join('')).not.toMatch(/\p{Cc}|\u2028/u);
      expect(entries.length + problems.length > 0).toBe(/[^\s,]/.test(text));
    });

    fc.assert(property, { seed: SEED, numRuns: 1_000 });
  });

  test.each(['1', '.', 'a-', ':', '/', '@', ' x', '0_'])(
    'are read in linear time: many %j',
    (piece) => expectLinear(piece, parseRegistries),
  );
});

test.each<[text: string, calls: string[]]>([
  [`111111111111,${IRELAND}`, ['ecr eu-west-1 3']],
  [`${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com,${ACCOUNT}`, ['ecr eu-west-1 2', 'ecr us-east-1 1']],
  [`${ACCOUNT}.dkr.ecr-fips.eu-west-1.amazonaws.com`, ['ecr eu-west-1 1', 'ecr eu-west-1 fips 1']],
  [`${ACCOUNT}.dkr-ecr.eu-west-1.on.aws`, ['ecr eu-west-1 1', 'ecr eu-west-1 dual 1']],
  ['ecr-public.aws.com', ['ecr eu-west-1 1', 'ecr-public us-east-1 dual 1']],
])('the calls for the default registry and %j, with the entries of each: %j', (text, expected) => {
  const { entries } = parseRegistries(text);
  const all = [{ kind: 'default' } as const, ...entries];
  const calls = planCalls(all, 'eu-west-1');

  const texts = calls.map((call) => {
    const variants = `${call.fips ? 'fips ' : ''}${call.dualStack ? 'dual ' : ''}`;
    return `${call.service} ${call.region} ${variants}${call.entries.length}`;
  });
  expect(texts).toEqual(expected);
  expect(new Set(calls.flatMap((call) => call.entries))).toEqual(new Set(all));

  expect(needsRegion(all)).toBe(true);
  expect(needsRegion(entries)).toBe(/\d{12}(?!\.)/.test(text));
});

describe('the region of the step', () => {
  const PROFILES = `
[default]
region = eu-south-1
[profile ci]
region = eu-south-2
[profile bad]
region = x
`;

  const region = (input: string, env: Record<string, string>) => {
    writeFileSync(homeOf('config'), PROFILES);
    Object.assign(process.env, { AWS_CONFIG_FILE: homeOf('config'), ...env });

    return stepRegion(input);
  };

  test.each([
    ['eu-west-1', { AWS_REGION: 'eu-west-2', AWS_PROFILE: 'ci' }, 'eu-west-1'],
    ['', { AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'x', AWS_PROFILE: 'ci' }, 'eu-west-2'],
    ['', { AWS_DEFAULT_REGION: 'eu-west-3', AWS_PROFILE: 'ci' }, 'eu-west-3'],
    ['', { AWS_PROFILE: 'ci' }, 'eu-south-2'],
    ['', {}, 'eu-south-1'],
  ])('with the input %j and %j: %s', async (input, env, expected) => {
    expect(await region(input, env)).toBe(expected);
  });

  test.each([
    ['Europe', {}, "input 'aws-region' is 'Europe'. Example: 'eu-west-1'."],
    ['', { AWS_REGION: 'Europe', AWS_DEFAULT_REGION: 'eu-west-3' }, "AWS_REGION is 'Europe'"],
    ['', { AWS_PROFILE: 'bad' }, "profile 'bad' is 'x'"],
  ])('is invalid with the input %j and %j: %s', async (input, env, expected) => {
    const { message } = await thrownBy(() => region(input, env));

    expect(message).toContain(expected);
  });
});
