import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Redactor, redactForms } from '../../../src/runner/redaction.ts';

/** Takes these secrets out of a text. */
function redact(text: string, ...secrets: readonly string[]): string {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor.redact(text);
}

/** A password as long as those of ECR, made of a name. */
function passwordOf(name: string): string {
  const parts = Array.from({ length: 40 }, (_, index) =>
    createHash('sha256').update(`${name}${index}`).digest('base64'),
  );
  return base64(`{"payload":"${parts.join('')}","version":"2","type":"DATA_KEY"}`);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The forms in which a secret of a service can come back, by their names. */
const FORMS: Record<string, (secret: string) => string> = {
  'as it is': (secret) => secret,
  'in capitals': (secret) => secret.toUpperCase(),
  'in a URL': encodeURIComponent,
  'in a URL, in lower case': (secret) =>
    encodeURIComponent(secret).replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
  'in a form': (secret) => new URLSearchParams({ a: secret }).toString().slice(2),
  'in JSON': inJson,
  'in JSON, with \\/': (secret) => inJson(secret).replaceAll('/', '\\/'),
  'in JSON, with \\u002f': (secret) => inJson(secret).replaceAll('/', '\\u002f').replaceAll('+', '\\u002B'),
  'in a string of JSON': (secret) => inJson(inJson(secret).replaceAll('/', '\\/')),
  'in XML': (secret) => secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;'),
  'in base64': base64,
  'in base64url': (secret) => Buffer.from(secret).toString('base64url'),
  'in base64, in a URL': (secret) => encodeURIComponent(base64(secret)),
};

describe('a secret that is known is taken out', () => {
  const SECRETS = {
    'a secret key': 'wJalr/XUtn"FEMI+K7 MDENG',
    'a short one': '12345678',
    'one of signs': '<&"\'>/+=%\\|~^',
    'one with a line break': 'first-line\nsecond-line',
    'one beyond ASCII': 'pässwörd-日本-😀',
    'a password of ECR': passwordOf('a'),
  };

  test.each(
    Object.entries(SECRETS).flatMap(([kind, secret]) =>
      Object.entries(FORMS).map(([form, write]) => [kind, form, write(secret), secret] as const),
    ),
  )('%s, %s', (_kind, _form, written, secret) => {
    expect(redact(`before ${written} and ${written} after`, secret)).toMatch(/^before \S+ and \S+ after$/);
    expect(redact(`before (${written}) after`, secret).replaceAll('\\', '')).toBe('before (***) after');
  });

  test('of some hundred characters, to its end', () => {
    const secret = Array.from({ length: 100 }, (_, index) => `x${index}!`).join('');
    expect(redact(`before ${secret} after`, secret)).toBe('before *** after');
  });

  test('of 20,000 characters, most of which have many forms', () => {
    const secret = Array.from({ length: 2_000 }, (_, index) => `+/+/+/${index}`).join('');
    expect(redact(`before ${encodeURIComponent(secret)} after`, secret)).toBe('before *** after');
  });

  test('as soon as it is looked for, where only its end differs', () => {
    const blanks = ' '.repeat(100);
    expect(redact(`secret:${blanks}y`, `secret:${blanks}x`)).toBe(`secret:${blanks}y`);
  });

  test('and only with all of its characters', () => {
    expect(redact('first-linesecond-line', 'first-line\nsecond-line')).toBe('first-linesecond-line');
  });

  test('unless it is too short to be told from a word', () => {
    expect(redact('the word is 1234567 here, at the login', '1234567', 'login')).toBe(
      'the word is 1234567 here, at the login',
    );
  });

  test('with half a pair of characters', () => {
    const secret = 'half-\ud800-of-a-pair';
    expect(redact(`before ${secret} and ${secret.toWellFormed()} after`, secret)).toBe(
      'before *** and *** after',
    );
  });

  test('of 2,000, each of them', () => {
    const secrets = Array.from({ length: 2_000 }, (_, index) => passwordOf(String(index)).slice(0, 1_000));
    expect(redact(`before ${secrets[1_999]} after`, ...secrets)).toBe('before *** after');
  });
});

describe('what has the form of a secret', () => {
  test.each([
    ['a JSON Web Token', 'token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln is bad', 'token *** is bad'],
    ['one without a signature', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0', '***'],
    ['a login in a URL', 'via http://user:pass@proxy:3128/', 'via http://***@proxy:3128/'],
    ['a user in a URL', 'via http://token@proxy:3128/', 'via http://***@proxy:3128/'],
    ['a header', 'Authorization: Basic QVdTOnBhc3N3b3Jk', 'Authorization: Basic ***'],
    ['a header with blanks', 'Authorization = Bearer  abcdefgh.i', 'Authorization = Bearer  ***'],
    ['a header in JSON', '"authorization":"abcdefghij.k"', '"authorization":"***"'],
    ['JSON', '{"SecretAccessKey" : "abc","Token":"de\\/f"}', '{"SecretAccessKey" : "***","Token":"***"}'],
    ['a string of JSON', '{\\"SecretAccessKey\\":\\"abc\\\\/d\\",', '{\\"SecretAccessKey\\":\\"***\\",'],
    ['XML', '<SessionToken>abc</SessionToken>', '<SessionToken>***</SessionToken>'],
    [
      'XML, more than once, in small letters',
      '<sessiontoken>abc</sessiontoken><token>def</token>',
      '<sessiontoken>***</sessiontoken><token>***</token>',
    ],
    [
      'key=value',
      'aws_secret_access_key = abc SessionToken=d/e&x',
      'aws_secret_access_key = *** SessionToken=***&x',
    ],
    [
      'what node quotes of a broken response',
      `Unexpected token 'w', ..."cessKey": wJalrXUtnF"... is not valid JSON`,
      'Unexpected token *** is not valid JSON',
    ],
    [
      'what node quotes of a short one',
      `SyntaxError: Unexpected token '"', "{"Token":""secret" is not valid JSON at x`,
      'SyntaxError: Unexpected token *** is not valid JSON at x',
    ],
    [
      'the ID of the credentials of an ECS task',
      'http://169.254.170.2/v2/credentials/0f9c3b3e-2b1d-4c58 http://169.254.170.2/v1/credentials?id=0f9c3b3e',
      'http://169.254.170.2/v2/credentials/*** http://169.254.170.2/v1/credentials?id=***',
    ],
    ['a long run of base64', `got ${base64('{"payload":"abc","datakey":"AQEBAHh"}'.repeat(4))}`, 'got ***'],
  ])('is taken out: %s', (_, text, redacted) => {
    expect(redactForms(text)).toBe(redacted);
  });

  test('ends at a blank: what follows is of another text', () => {
    const text = 'the service said {"Token":"\nLikely cause: something else "quoted"';
    expect(redactForms(text)).toBe(text);
  });

  test.each([
    'https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app@sha256:0123',
    'User: arn:aws:sts::123456789012:assumed-role/runner-role-with-a-long-name/eks-arc-cluster-runner-abcde',
    'Basic authentication is not supported',
    'The security token included in the request is expired',
    'failed to fetch anonymous token: unexpected status',
    `/home/runner/_work/${'a-very-long-name-of-a-directory/'.repeat(8)}config.json`,
    `/var/lib/kubelet/pods/ffe03628-0c5b-43ae-bd39-5bfe2b698f1a/volumes/kubernetes-io-projected/eks-pod-identity-token/${'0'.repeat(64)}/token`,
    `/Users/Runner1/Library/ApplicationSupport/${'SomeCompanyName/ThisIsAVeryLongName/'.repeat(3)}config`,
    `/__w/_temp/${'4985d76b-a9a4-4f43-9afb-66dd5bcd2d6e/'.repeat(4)}x`,
  ])('is not: %s', (text) => {
    expect(redactForms(text)).toBe(text);
  });
});

describe('a run of letters and digits that is base64', () => {
  const bytes = Buffer.from(
    Array.from({ length: 90 }, (_, index) => (index * 7_919 + index ** 2 * 31) % 256),
  );
  const base64 = bytes.toString('base64');

  test.each([
    ['alone', base64],
    ['behind a path', `${'a/'.repeat(60)}${base64}`],
    ['before other letters', `${base64}${'a'.repeat(200)}`],
    ['with its end', `${base64}==`],
  ])('is taken out %s', (_, run) => {
    expect(base64).toHaveLength(120);
    expect(redactForms(`x ${run} y`)).toBe('x *** y');
  });

  test.each([
    ['the path of a file', '/usr/lib/x86-64/node24/modules/'.repeat(5)],
    ['a name in capitals', 'RUNNER_TOOL_CACHE_1_'.repeat(7)],
    ['letters without a digit', 'aBcDeFgH'.repeat(20)],
    ['small letters and digits', 'a1b2c3d4'.repeat(20)],
    ['with a capital here and there', 'a1b2c3d4e5f6g7H8'.repeat(10)],
    ['digits', '0'.repeat(240)],
    ['a path with a name like base64 at its end', `${'a'.repeat(62)}${base64.slice(0, 70)}`],
    ['too short to tell', base64.slice(0, 119)],
  ])('is not %s', (_, run) => {
    expect(redactForms(`x ${run} y`)).toBe(`x ${run} y`);
  });
});

/** A run of 120 characters that change their kind this often, with this many capitals among them. */
function runOf({ capitals, changes }: { capitals: number; changes: number }, kinds = 'a1A'): string {
  const blocks = Array.from({ length: changes + 1 }, (_, index) => kinds.charAt((changes - index) % 3));
  const more = capitals - blocks.filter((character) => character === 'A').length;
  blocks[blocks.indexOf('A')] = 'A'.repeat(1 + more);
  return blocks.join('').padEnd(120, kinds.charAt(0));
}

describe('a run of 120 characters', () => {
  test.each([
    ['is base64 with 28 capitals and 48 changes of kind', { capitals: 28, changes: 48 }, true],
    ['is not with 27 capitals', { capitals: 27, changes: 48 }, false],
    ['is not with 47 changes', { capitals: 28, changes: 47 }, false],
  ])('%s', (_, counts, taken) => {
    for (const run of [runOf(counts), runOf(counts, '1aA')]) {
      expect(run).toHaveLength(120);
      expect(redactForms(run)).toBe(taken ? '***' : run);
    }
  });
});

describe('a known secret', () => {
  const secret = `s3cr<t>&"'/+?~end`;
  const redactor = new Redactor();
  redactor.add(secret);
  const xml = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');

  test.each([
    ['as it is', secret],
    ['in XML', xml],
    ['in JSON', JSON.stringify(secret).slice(1, -1)],
    ['in a URL', encodeURIComponent(secret)],
  ])('is taken out %s, and nothing beside it', (_, written) => {
    expect(redactor.redact(`before ${written} behind`)).toBe('before *** behind');
  });

  test.each(['base64', 'base64url'] as const)('is taken out in %s, wherever it begins', (encoding) => {
    const binary = new Redactor();
    binary.add('??>>~~??>>~~hunter');
    for (const before of ['', 'a', 'ab']) {
      const written = Buffer.from(`${before}??>>~~??>>~~hunter`).toString(encoding);
      expect(binary.redact(written)).toMatch(/^.{0,4}\*{3}$/);
    }
  });

  test('that is as long as a token is taken out whole, and its end stays out of the text', () => {
    const long = Array.from({ length: 100 }, (_, index) => `part${index}!`).join('');
    const known = new Redactor();
    known.add(long);
    expect(known.redact(`before ${long} behind ** and *`)).toBe('before *** behind ** and *');
  });
});
