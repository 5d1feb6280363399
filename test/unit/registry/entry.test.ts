import { describe, expect, test } from '@jest/globals';
import { parseRegistries } from '../../../src/registry/entry.ts';

const ACCOUNT = '123456789012';

function one(text: string): unknown {
  const { entries, problems } = parseRegistries(text);
  expect(problems).toEqual([]);
  expect(entries).toHaveLength(1);
  return entries[0];
}

/** Every ending of AWS's registry hosts: partition, a region of it, and the suffixes. */
const HOSTS: [host: string, region: string, fips: boolean, dualStack: boolean][] = [
  [`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`, 'eu-west-1', false, false],
  [`${ACCOUNT}.dkr.ecr.ap-southeast-7.amazonaws.com`, 'ap-southeast-7', false, false],
  [`${ACCOUNT}.dkr.ecr.mx-central-1.amazonaws.com`, 'mx-central-1', false, false],
  [`${ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com`, 'us-east-1', true, false],
  [`${ACCOUNT}.dkr-ecr.us-west-2.on.aws`, 'us-west-2', false, true],
  [`${ACCOUNT}.dkr-ecr-fips.us-west-2.on.aws`, 'us-west-2', true, true],
  [`${ACCOUNT}.dkr.ecr.us-gov-east-1.amazonaws.com`, 'us-gov-east-1', false, false],
  [`${ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`, 'us-gov-west-1', true, false],
  [`${ACCOUNT}.dkr-ecr-fips.us-gov-west-1.on.aws`, 'us-gov-west-1', true, true],
  [`${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn`, 'cn-north-1', false, false],
  [`${ACCOUNT}.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn`, 'cn-northwest-1', false, true],
  [`${ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu`, 'eusc-de-east-1', false, false],
  [`${ACCOUNT}.dkr.ecr.us-iso-east-1.c2s.ic.gov`, 'us-iso-east-1', false, false],
  [`${ACCOUNT}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov`, 'us-isob-east-1', false, false],
  [`${ACCOUNT}.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk`, 'eu-isoe-west-1', false, false],
  [`${ACCOUNT}.dkr.ecr.us-isof-south-1.csp.hci.ic.gov`, 'us-isof-south-1', false, false],
];

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('an account ID', () => {
  test.each([ACCOUNT, '000000000000', '012345678901', ` ${ACCOUNT}\t`])('%j', (text) => {
    expect(one(text)).toEqual({ kind: 'account', accountId: text.trim() });
  });
});

describe('a private registry host', () => {
  test.each(HOSTS)('%s', (host, region, fips, dualStack) => {
    expect(one(host)).toEqual({ kind: 'private', host, accountId: ACCOUNT, region, fips, dualStack });
  });

  test.each([
    (host: string) => `https://${host}`,
    (host: string) => `HTTPS://${host}/`,
    (host: string) => `${host}/`,
    (host: string) => `${host}/app`,
    (host: string) => `${host}/team/my_app-x.y:1.2`,
    (host: string) => `${host}/app:latest`,
    (host: string) => `${host}/app@${DIGEST}`,
    (host: string) => `https://${host}/team/app:v1.0_rc-1@${DIGEST}`,
  ])('with the other parts of an image URI (%#)', (around) => {
    for (const [host] of HOSTS) expect(one(around(host))).toMatchObject({ kind: 'private', host });
  });

  test('is kept as written, since container clients store credentials under it; its parts are in lower case', () => {
    const host = `${ACCOUNT}.DKR.ECR.EU-West-1.AmazonAWS.com`;
    expect(one(`${host}/App`)).toMatchObject({ kind: 'private', host, region: 'eu-west-1', fips: false });
  });
});

describe('ECR Public', () => {
  test.each([
    ['public.ecr.aws', 'public.ecr.aws', false],
    ['https://public.ecr.aws', 'public.ecr.aws', false],
    ['public.ecr.aws/alias', 'public.ecr.aws', false],
    ['public.ecr.aws/alias/app:1', 'public.ecr.aws', false],
    ['Public.ECR.aws/alias', 'Public.ECR.aws', false],
    ['ecr-public.aws.com', 'ecr-public.aws.com', true],
    [`https://ecr-public.aws.com/alias/app@${DIGEST}`, 'ecr-public.aws.com', true],
  ])('%s', (text, host, dualStack) => {
    expect(one(text)).toEqual({ kind: 'public', host, dualStack });
  });
});

describe('a list', () => {
  const [a, b, c] = ['111111111111', '222222222222', '333333333333'];

  test.each([
    `${a},${b},${c}`,
    `${a}\n${b}\n${c}`,
    `${a}\r\n${b}\r\n${c}\r\n`,
    ` ${a} , ${b},\n\n ,${c}, `,
    `${a},${b},${a},${c},${b}`,
  ])('%j', (text) => {
    const ids = parseRegistries(text).entries.map((entry) => entry.kind === 'account' && entry.accountId);
    expect(ids).toEqual([a, b, c]);
  });

  test.each(['', ' ', ',', '\n', ' ,\r\n, '])('of nothing: %j', (text) => {
    expect(parseRegistries(text)).toEqual({ entries: [], problems: [] });
  });

  test('of all kinds keeps its order', () => {
    const hosts = [`${a}.dkr-ecr.us-east-1.on.aws`, 'public.ecr.aws', `${b}.dkr.ecr.eu-west-1.amazonaws.com`];
    const { entries, problems } = parseRegistries([hosts[0], c, hosts[1], hosts[2]].join('\n'));
    expect(problems).toEqual([]);
    expect(entries.map(({ kind }) => kind)).toEqual(['private', 'account', 'public', 'private']);
  });

  test('has each registry once, and keeps the variants of a host apart', () => {
    const plain = `${a}.dkr.ecr.us-east-1.amazonaws.com`;
    const dual = `${a}.dkr-ecr.us-east-1.on.aws`;
    const { entries } = parseRegistries(`${plain}/one:1,${dual},https://${plain}/two,${dual}/x,${a},${a}`);
    expect(entries.map((entry) => (entry.kind === 'account' ? entry.accountId : entry.host))).toEqual([
      plain,
      dual,
      a,
    ]);
  });
});

const NEITHER = /is neither a 12-digit account ID nor a registry of Amazon ECR/;
const CHARACTERS = /has characters that are not allowed in an account ID, registry host or image URI/;
const HOST = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`;

/** What is refused, and why. */
const BAD: [text: string, reason: RegExp][] = [
  ['12345678901', /has 11 digits, not the 12 .* a leading zero was lost.* quote it in YAML/],
  ['1', /has 1 digits/],
  ['1234567890123', /has 13 digits, not the 12/],
  ['1.23e+11', /is a number, which YAML made of an account ID; quote it/],
  ['1.23456789012E+11', /is a number/],
  ['123456789012.0', /is a number/],
  ['-123456789012', /is a number/],
  ['0x1CBE991A14', /is a number/],
  ['0o1627577414', /is a number/],
  ['123_456_789_012', /is a number/],
  ['1e11', /is a number/],
  ['x1234567890123', NEITHER],
  ['1234-5678-9012', /has dashes/],
  ['x1234-5678-9012', NEITHER],
  ['1234-5678-9012x', NEITHER],
  ['"123456789012"', /has quotes or brackets/],
  ["'123456789012'", /has quotes or brackets/],
  ['["123456789012"]', /has quotes or brackets/],
  ['- 123456789012', /begins with a list mark/],
  ['* 123456789012', /begins with a list mark/],
  ['111111111111 222222222222', /contains a space/],
  [`${ACCOUNT} # prod`, /contains a space/],
  ['１２３４５６７８９０１２', CHARACTERS],
  ['12345678901a', NEITHER],
  ['my-account', NEITHER],
  ['arn:aws:ecr:eu-west-1:123456789012:repository/app', /is an ARN/],
  ['ghcr.io', NEITHER],
  ['ghcr.io/owner/app:1', NEITHER],
  ['ghcr.io/owner/app:1:2', NEITHER],
  ['docker.io', NEITHER],
  ['localhost:5000', /has a port/],
  ['127.0.0.1', NEITHER],
  ['[::1]:5000', /has quotes or brackets/],
  [`${HOST}.example.com`, /is not a host of Amazon ECR: hosts in region eu-west-1 end in/],
  [`${ACCOUNT}.dkr.ecr.eu-west-1.example.com`, /is not a host of Amazon ECR/],
  [`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com.`, /is not a host of Amazon ECR/],
  [`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.co`, /is not a host of Amazon ECR/],
  [`evil.${HOST}`, NEITHER],
  [`evil-${HOST}`, /does not begin with a 12-digit account ID/],
  [`12345678901.dkr.ecr.eu-west-1.amazonaws.com`, /does not begin with a 12-digit account ID/],
  ['dkr.ecr.eu-west-1.amazonaws.com', /has no account ID before 'dkr'/],
  ['api.ecr.eu-west-1.amazonaws.com', /is an endpoint of the ECR API/],
  ['ecr.us-west-2.api.aws', /is an endpoint of the ECR API/],
  ['api.ecr-fips.us-east-1.amazonaws.com', /is an endpoint of the ECR API/],
  ['api.ecr-public.us-east-1.amazonaws.com', /is an endpoint of the ECR API/],
  [`1${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`, /does not begin with a 12-digit account ID/],
  [`${ACCOUNT}1.dkr.ecr.eu-west-1.amazonaws.com`, /does not begin with a 12-digit account ID/],
  [`x${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`, /does not begin with a 12-digit account ID/],
  [`1${ACCOUNT}`, /has 13 digits/],
  [`${ACCOUNT}.dkr.ecr.xx.eu-west-1.amazonaws.com`, /has no region name/],
  [`${ACCOUNT}.dkr.ecr.ireland.amazonaws.com`, /has no region name/],
  [`${ACCOUNT}.dkr.ecr.eu-west.amazonaws.com`, /has no region name/],
  [`${ACCOUNT}.dkr.ecr.eu_west_1.amazonaws.com`, /has no region name/],
  [`${ACCOUNT}.dkr.ecr.amazonaws.com`, /has no region name/],
  [`${ACCOUNT}.dkr.ecr..amazonaws.com`, NEITHER],
  [`${ACCOUNT}.ecr.eu-west-1.amazonaws.com`, NEITHER],
  [`${ACCOUNT}.dkr-ecr.eu-west-1.amazonaws.com`, /dual-stack hosts in '\.dkr-ecr\.eu-west-1\.on\.aws'/],
  [`${ACCOUNT}.dkr.ecr.eu-west-1.on.aws`, /is not a host of Amazon ECR/],
  [`${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com`, /end in '\.dkr\.ecr\.cn-north-1\.amazonaws\.com\.cn'/],
  [`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com.cn`, /is not a host of Amazon ECR/],
  [
    `${ACCOUNT}.dkr-ecr.eusc-de-east-1.on.aws`,
    /hosts in region eusc-de-east-1 end in '[^']*\.amazonaws\.eu'$/,
  ],
  [`${ACCOUNT}.dkr.ecr.us-iso-east-1.amazonaws.com`, /is not a host of Amazon ECR/],
  [`http://${HOST}`, /has another scheme than 'https:\/\/'/],
  [`oci://${HOST}/chart`, /has another scheme/],
  [`https://https://${HOST}`, /has a port/],
  [`https:${HOST}`, /has a port/],
  ['https://', NEITHER],
  ['https:///app', NEITHER],
  ['/app', NEITHER],
  [`${HOST}:443`, /has a port, or a tag with no repository/],
  [`${HOST}:443/app`, /has a port/],
  [`${HOST}:latest`, /has a port, or a tag with no repository/],
  [`${HOST}@${DIGEST}`, /has an '@' in its host/],
  [`AWS:secret@${HOST}`, /has an '@' in its host/],
  [`${HOST}/https://app`, /behind its host/],
  [`${HOST}/app:`, /behind its host that is not a repository path, tag or digest/],
  [`${HOST}/app:a:b`, /behind its host/],
  [`${HOST}/app@sha256:short`, /behind its host/],
  [`${HOST}/app?tag=1`, CHARACTERS],
  [`${HOST}/$(id)`, CHARACTERS],
  [`$(touch\${IFS}/tmp/x)`, CHARACTERS],
  ['`id`', /has quotes or brackets/],
  [`${ACCOUNT};id`, CHARACTERS],
  [`${HOST}|id`, CHARACTERS],
  [`${HOST}&&id`, CHARACTERS],
  ['--help', NEITHER],
  ['--config=/tmp/x', CHARACTERS],
  [`\${{ env.ACCOUNT }}`, /has quotes or brackets/],
  ['public.ecr.aws.example.com', NEITHER],
  ['evil-public.ecr.aws', NEITHER],
  ['public.ecr.aws:443', /has a port/],
  ['ecr-public.aws.com.cn', NEITHER],
  ['ecr-public.aws', NEITHER],
  ['gallery.ecr.aws/alias', NEITHER],
];

describe('an invalid entry, with the reason', () => {
  test.each(BAD)('%j: %s', (text, reason) => {
    const { entries, problems } = parseRegistries(text);
    expect(entries).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(reason);
    expect(problems[0]).toContain(`'${text}'`);
  });

  test('every invalid entry of a list is named', () => {
    const { problems } = parseRegistries(
      ['ghcr.io', ACCOUNT, '12345678901', 'public.ecr.aws', 'x y'].join(','),
    );
    expect(problems).toHaveLength(3);
    expect(problems.join('\n')).toMatch(/'ghcr\.io'.*\n'12345678901'.*\n'x y'/);
  });

  test('control characters of an entry do not get into the reason', () => {
    const { problems } = parseRegistries('\u001b[31mred\u0007\u0085x');
    expect(problems).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(problems[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });
});

describe('entries of more than one AWS partition', () => {
  const aws = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`;
  const china = `${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn`;
  const gov = `${ACCOUNT}.dkr.ecr.us-gov-west-1.amazonaws.com`;

  test.each([
    [aws, china, `aws: ${aws}; aws-cn: ${china}`],
    [aws, gov, `aws: ${aws}; aws-us-gov: ${gov}`],
    [china, 'public.ecr.aws', `aws-cn: ${china}; aws: public.ecr.aws`],
  ])('%s and %s', (first, second, listed) => {
    const { problems } = parseRegistries(`${first}\n${second}`);
    expect(problems).toEqual([expect.stringContaining('more than one AWS partition')]);
    expect(problems[0]).toContain(listed);
  });

  test('are listed, each partition with all of its own', () => {
    const { problems } = parseRegistries(`${aws},${china},public.ecr.aws`);
    expect(problems[0]).toContain(`(aws: ${aws}, public.ecr.aws; aws-cn: ${china})`);
  });

  test.each([
    [aws, 'public.ecr.aws'],
    [china, `${ACCOUNT}.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn`],
    [china, ACCOUNT],
  ])('but not %s and %s', (first, second) => {
    expect(parseRegistries(`${first},${second}`).problems).toEqual([]);
  });
});
