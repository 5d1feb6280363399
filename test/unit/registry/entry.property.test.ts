import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRegistries } from '../../../src/registry/entry.ts';
import { type PrivateHost, parsePrivateHost } from '../../../src/registry/host.ts';

/** Where a property fails, the seed in the test's name brings the same cases back: `SEED=… npm test`. */
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const digits = fc.stringMatching(/^\d{12}$/);

const region = fc.oneof(
  fc.constantFrom('cn-north-1', 'us-gov-west-1', 'eusc-de-east-1', 'us-iso-west-1', 'us-isob-east-1'),
  fc.constantFrom('eu-isoe-west-1', 'us-isof-east-1', 'us-east-1', 'ap-northeast-3'),
  fc.stringMatching(/^[a-z]{2}-[a-z]{4,9}-\d$/),
);

/** How AWS ends the hosts of a region: plain, and dual-stack where it has such. */
const ENDS: [region: RegExp, plain: string, dualStack?: string][] = [
  [/^cn-/, 'amazonaws.com.cn', 'on.amazonwebservices.com.cn'],
  [/^eusc-/, 'amazonaws.eu'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
  [/^/, 'amazonaws.com', 'on.aws'],
];

function endsOf(name: string): { plain: string; dualStack: string | undefined } {
  const [, plain = '', dualStack] = ENDS.find(([form]) => form.test(name)) ?? [];
  return { plain, dualStack };
}

/** Prints a host from its parts. */
function print({ accountId, region: name, fips, dualStack }: PrivateHost): string {
  const end = endsOf(name);
  const service = `${dualStack ? 'dkr-ecr' : 'dkr.ecr'}${fips ? '-fips' : ''}`;
  return `${accountId}.${service}.${name}.${dualStack ? end.dualStack : end.plain}`;
}

const host: fc.Arbitrary<PrivateHost> = fc
  .record({ accountId: digits, region, fips: fc.boolean(), dualStack: fc.boolean() })
  .map((parts) => ({ ...parts, dualStack: parts.dualStack && endsOf(parts.region).dualStack !== undefined }));

const path = fc.stringMatching(/^(?:\/[a-z0-9]{1,8}){0,3}$/);
const tag = fc.stringMatching(/^(?::[\w][\w.-]{0,20})?(?:@sha256:[0-9a-f]{64})?$/);

/** ECR's hosts, told by other means than the parser's: what comes before and behind the region. */
function isEcrHost(text: string): boolean {
  if (['public.ecr.aws', 'ecr-public.aws.com'].includes(text.toLowerCase())) return true;
  const ends =
    '(?:amazonaws\\.com(?:\\.cn)?|amazonaws\\.eu|on\\.aws|on\\.amazonwebservices\\.com\\.cn|c2s\\.ic\\.gov|' +
    'sc2s\\.sgov\\.gov|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov)';
  return new RegExp(`^\\d{12}\\.dkr[.-]ecr(?:-fips)?\\.[a-z]+(?:-[a-z]+)+-\\d+\\.${ends}$`, 'i').test(text);
}

/** Texts that come near to an entry: pieces of good ones, put together at random. */
const nearly = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '123456789012',
        '.dkr.ecr',
        '.dkr-ecr',
        '-fips',
        '.eu-west-1',
        '.cn-north-1',
        '.amazonaws',
      ),
      fc.constantFrom(
        '.com',
        '.cn',
        '.on.aws',
        'public.ecr.aws',
        'https://',
        '/app',
        ':1',
        '@',
        ',',
        '\n',
        '::',
      ),
      fc.constantFrom('.example.com', '$(id)', ';', ' ', '\u0000', '\u001b[0m', '.', '-', '##[', '\u2028'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe(`registries, by properties (seed ${SEED})`, () => {
  test('any valid host survives parse and print', () => {
    const property = fc.property(host, (parts) => {
      const printed = print(parts);
      expect(parsePrivateHost(printed)).toEqual(parts);
      expect(isEcrHost(printed)).toBe(true);
    });
    fc.assert(property, { seed: SEED, numRuns: 1_000 });
  });

  test('any valid host is found in an image URI, as it was written', () => {
    const property = fc.property(host, fc.boolean(), path, tag, (parts, scheme, repository, version) => {
      const written = print(parts);
      const text = `${scheme ? 'https://' : ''}${written}${repository}${repository === '' ? '' : version}`;
      const entry = { kind: 'private', host: written, ...parts };
      expect(parseRegistries(text)).toEqual({ entries: [entry], problems: [] });
    });
    fc.assert(property, { seed: SEED, numRuns: 1_000 });
  });

  test.each([
    ['any string', fc.string({ unit: 'binary', maxLength: 200 })],
    ['nearly an entry', nearly],
  ])('%s: the parser does not crash, and what it accepts is an account ID or a host of ECR', (_, texts) => {
    const property = fc.property(texts, (text) => {
      const { entries, problems } = parseRegistries(text);
      for (const entry of entries) {
        if (entry.kind === 'account') expect(entry.accountId).toMatch(/^\d{12}$/);
        else expect(isEcrHost(entry.host)).toBe(true);
      }
      // biome-ignore lint/suspicious/noControlCharactersInRegex: no line of the log may be broken by an input
      for (const problem of problems) expect(problem).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      // Nothing is dropped in silence.
      const parts = text.split(/[,\r\n]/).filter((part) => part.trim() !== '');
      expect(entries.length + problems.length > 0).toBe(parts.length > 0);
    });
    fc.assert(property, { seed: SEED, numRuns: 2_000 });
  });

  test('a list of many entries is read in linear time', () => {
    const property = fc.property(fc.constantFrom('1', '.', 'a-', ':', '/', '@', ' x', '0_'), (piece) => {
      const { entries, problems } = parseRegistries(piece.repeat(100_000));
      expect(entries).toEqual([]);
      expect(problems).toHaveLength(1);
    });
    fc.assert(property, { seed: SEED, numRuns: 8 });
  });
});
