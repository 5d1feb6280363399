import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stepRegion } from '../../../src/aws/region.ts';
import * as registries from '../../../src/aws/registries.ts';
import { expectLinear, homeOf, SEED, table, thrownBy, variablesOf, words } from '../support.ts';

const {
  accountIdProblem,
  isRegionName,
  needsRegion,
  parsePrivateHost,
  parseRegistries,
  planCalls,
} = registries;
const ACCOUNT = '123456789012';
const IRELAND = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`;
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** Every ending of ECR's hosts, its region, and its kind of endpoint. */
table(`
  .dkr.ecr.eu-west-1.amazonaws.com                    | eu-west-1       |
  .dkr.ecr-fips.ap-southeast-11.amazonaws.com         | ap-southeast-11 | fips
  .dkr-ecr.us-west-2.on.aws                           | us-west-2       | dual
  .dkr-ecr-fips.us-gov-west-1.on.aws                  | us-gov-west-1   | fips dual
  .dkr.ecr.cn-north-1.amazonaws.com.cn                | cn-north-1      |
  .dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn | cn-northwest-1  | dual
  .dkr.ecr.eusc-de-east-1.amazonaws.eu                | eusc-de-east-1  |
  .dkr.ecr.us-iso-east-1.c2s.ic.gov                   | us-iso-east-1   |
  .dkr.ecr.us-isob-east-1.sc2s.sgov.gov               | us-isob-east-1  |
  .dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk              | eu-isoe-west-1  |
  .dkr.ecr.us-isof-south-1.csp.hci.ic.gov             | us-isof-south-1 |
  .DKR.ECR-FIPS.US-East-1.AmazonAWS.com               | us-east-1       | fips
  .DKR-ECR.US-West-2.On.AWS                           | us-west-2       | dual
`)('the private host …%s is in %s, %s', (ending, region = '', kind = '') => {
  const variants = { fips: kind.includes('fips'), dualStack: kind.includes('dual') };
  expect(parsePrivateHost(ACCOUNT + ending)).toEqual({ accountId: ACCOUNT, region, ...variants });
  expect(isRegionName(region)).toBe(true);
});

const FOREIGN_ENDINGS = `.dkr.ecr.eu-west-1.on.aws .dkr-ecr.eu-west-1.amazonaws.com .dkr.ecr.eu-west-1.amazonaws.com.de
  .dkr.ecr.eu-west-1.evilamazonaws.com .dkr.ecr.eu-west-1.evil.amazonaws.com
  .dkr.ecr.evil.example .dkr.ecr.evil.amazonaws.com -dkr-ecr.eu-west-1.on.aws .dkr.ecr-fipsy.eu-west-1.amazonaws.com
  .ecr.eu-west-1.amazonaws.com .dkr.ecr.eu-west-1.amazonaws.com:443 .dkr.ecr.eu-west-1.amazonaws.com/app`;

test.each([
  `1${IRELAND}`,
  IRELAND.slice(1),
  `x${IRELAND}`,
  ...words(FOREIGN_ENDINGS).map((one) => ACCOUNT + one),
])('no private host of ECR: %s', (host) => expect(parsePrivateHost(host)).toBeUndefined());

test.each(
  words(
    'eu-west eu-west-123 west-1 e-west-1 europe-west-1 eu-w-1 eu-a-b-c-1 eu-west-1x eu-west-1/ EU-west-1 2-west-1',
  ),
)('no region name: %s', (text) => expect(isRegionName(text)).toBe(false));

table(`
  123456789012  |
  12345678901   | has 11 digits, not the 12 .*leading zero; quote
  1234567890123 | has 13 digits, not the 12 of an account ID$
  12345678901x  | is not a 12-digit account ID
`)('the account ID %s: %s', (word = '', problem = '') => {
  expect(accountIdProblem(word) ?? '').toMatch(new RegExp(`^${problem || '$'}`));
});

describe('the entries of a list', () => {
  /** The kinds of the entries, each with what it stands for. */
  const parse = (text: string) => {
    const { entries, problems } = parseRegistries(
      text.replaceAll('\\n', '\n').replaceAll('\\r', '\r'),
    );
    const texts = entries.map((entry) => Object.values(entry).slice(0, 2).join(' '));
    return { text: texts.join(', '), problems };
  };

  table(`
    ,\\n,  \\r\\n                                     |
    111111111111 \\r\\n222222222222\\r333333333333     | account 111111111111, account 222222222222, account 333333333333
    111111111111,111111111111\\n                      | account 111111111111
    ${IRELAND}/a,111111111111,https://${IRELAND}/b:1  | private ${IRELAND}, account 111111111111
    HTTPS://${IRELAND}/                               | private ${IRELAND}
    https://${IRELAND}/team/my_app-x.y:v1@${DIGEST}   | private ${IRELAND}
    ${IRELAND.toUpperCase()}                          | private ${IRELAND.toUpperCase()}
    public.ecr.aws/alias/app:1                        | public public.ecr.aws
    https://Public.ECR.aws                            | public Public.ECR.aws
    ecr-public.aws.com/alias@${DIGEST}                | public ecr-public.aws.com
`)('%s: %s', (text = '', expected) =>
    expect(parse(text)).toEqual({ text: expected, problems: [] }),
  );

  table(`
    111111111111 222222222222 | a space; separate entries with commas or line breaks
    ${IRELAND}/app?x=1        | unexpected text after the host
    ${IRELAND}/$(id)          | unexpected text after the host
    http://${IRELAND}         | neither a 12-digit account ID nor a registry of Amazon ECR
    x-https://${IRELAND}      | neither
    ${IRELAND}:5000/app       | neither
    ghcr.io                   | 'ghcr.io' is neither
    xpublic.ecr.aws           | neither
    /public.ecr.aws           | neither
`)('%s: a problem, %s', (text, problem = '') => {
    const problems = [expect.stringContaining(problem)];
    expect(parse(`${text},${ACCOUNT}`)).toEqual({ text: `account ${ACCOUNT}`, problems });
  });

  const pieces = [
    ...words(`${ACCOUNT} public.ecr.aws https:// /app :1 @ , :: ##[ $(id) - .`),
    ' ',
    '\n',
    '\0',
  ];
  const host = fc.constantFrom(...IRELAND.split(/(?=[.-])/));
  const near = fc.oneof(
    host,
    fc.constantFrom(...pieces),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );

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

table(`
                                                         | ecr eu-west-1 1
  111111111111,${IRELAND}                                | ecr eu-west-1 3
  ${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com,${ACCOUNT}  | ecr eu-west-1 2, ecr us-east-1 1
  ${ACCOUNT}.dkr.ecr-fips.eu-west-1.amazonaws.com        | ecr eu-west-1 1, ecr eu-west-1 fips 1
  ${ACCOUNT}.dkr-ecr.eu-west-1.on.aws                    | ecr eu-west-1 1, ecr eu-west-1 dual 1
  public.ecr.aws                                         | ecr eu-west-1 1, ecr-public us-east-1 1
  ecr-public.aws.com                                     | ecr eu-west-1 1, ecr-public us-east-1 dual 1
`)('the calls for the default registry and %j: %s', (text = '', expected) => {
  const entries = [{ kind: 'default' } as const, ...parseRegistries(text).entries];
  const calls = planCalls(entries, 'eu-west-1');
  const texts = calls.map((call) => {
    const variants = `${call.fips ? 'fips ' : ''}${call.dualStack ? 'dual ' : ''}`;
    return `${call.service} ${call.region} ${variants}${call.entries.length}`;
  });
  expect(texts.join(', ')).toBe(expected);
  expect([needsRegion(entries), needsRegion(entries.slice(1))]).toEqual([
    true,
    /\d{12}(?!\.)/.test(text),
  ]);
  expect(new Set(calls.flatMap((call) => call.entries))).toEqual(new Set(entries));
});

table(`
  input=eu-west-1 AWS_REGION=eu-west-2 AWS_PROFILE=ci        | eu-west-1
  AWS_REGION=eu-west-2 AWS_DEFAULT_REGION=x AWS_PROFILE=ci   | eu-west-2
  AWS_DEFAULT_REGION=eu-west-3 AWS_PROFILE=ci                | eu-west-3
  AWS_PROFILE=ci                                             | eu-south-2
                                                             | eu-south-1
  input=Europe                                               | input 'aws-region' is 'Europe'. Example: 'eu-west-1'.
  AWS_REGION=Europe AWS_DEFAULT_REGION=eu-west-3             | AWS_REGION is 'Europe'
  AWS_DEFAULT_REGION=Europe                                  | AWS_DEFAULT_REGION is 'Europe'
  AWS_PROFILE=bad                                            | profile 'bad' is 'x'
  AWS_PROFILE=none                                           | input 'aws-region', AWS_REGION, AWS_DEFAULT_REGION and the region of profile 'none' are not set. region-missing
  AWS_PROFILE=gone                                           | profile 'gone' are not set. region-missing
  AWS_PROFILE=gone HOME=/github/home GITHUB_WORKSPACE=/__w/a | are not set. container-job
`)('%s: the region of the step is %s', async (variables, expected = '') => {
  const profiles =
    '[default]\nregion = eu-south-1\n[profile ci]\nregion = eu-south-2\n[profile bad]\nregion = x\n';
  writeFileSync(homeOf('config'), `${profiles}[profile none]\n`);
  const { input = '', ...env } = variablesOf(variables);
  Object.assign(process.env, { AWS_CONFIG_FILE: homeOf('config'), ...env });
  if (isRegionName(expected)) return expect(await stepRegion(input)).toBe(expected);
  const { message, knownError } = await thrownBy(() => stepRegion(input));
  expect(`${message} ${knownError}`).toContain(expected);
});
