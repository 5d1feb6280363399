import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Failure } from '../../../src/errors/failure.ts';
import * as log from '../../../src/runner/log.ts';
import { expectLinear, masks, output, SEED } from '../support.ts';

test('each kind of line is a command of its own', () => {
  log.info('one');
  log.warning('two', 'li\nnes');
  log.failed('three', 'no error');
  log.debug('four');

  expect(output()).toBe('one\n::warning::two%0Ali nes\n::error::three\n');
  expect(output('debug')).toBe('::debug::four\n');
  expect(process.exitCode).toBe(1);
});

test('the debug log has the stacks of all that failed, and of their causes, each once', () => {
  const inner = new TypeError('inner');
  const outer = new Error('outer', { cause: inner });
  const circle = new Error('circle');
  circle.cause = new Error('back', { cause: circle });

  log.failed('two failures', new AggregateError([outer, inner, circle, 'no error'], 'both'));

  const stacks = [...output('debug').matchAll(/^::debug::(.*?)%0A {4}at .*$/gm)];
  const found = stacks.map(([, first]) => first).join(', ');
  expect(found).toBe(
    'AggregateError: both, Error: outer, TypeError: inner, Error: circle, Error: back',
  );
});

test.each([
  ['a\r\nb', 'a b'],
  ['\u001b[31mred\u001b[0m \u009b1mbold', 'red bold'],
  ['a\0\u0007b\u0085c\u2028\u2029d\ttab', 'a b c d tab'],
  ['::add-path::x', ': :add-path::x'],
  ['  ::x\n \u00a0::y', ': :x  \u00a0::y'],
  [':\u001b[m:x', ': :x'],
  ['a ::b: c', 'a ::b: c'],
  ['##[add-path]x ###[y]', '# #[add-path]x ## #[y]'],
  ['#\u001b[m#[x]', '# #[x]'],
  ['Ünïcode — 日本 😀', 'Ünïcode — 日本 😀'],
])('%j is printed as %j', (text, printed) => {
  log.info(text);
  expect(output()).toBe(`${printed}\n`);
});

test('an error of which the runner would drop the rest comes in parts, of whole lines', () => {
  const lines = Array.from({ length: 30 }, (_, number) => `${number} ${'x'.repeat(300)}`);
  log.failed(lines.join('\n'), undefined);

  const parts = output().trim().split('\n');
  for (const part of parts) expect(part.length).toBeLessThan(4_096 + '::error::'.length);
  expect(parts.flatMap((part) => part.replace('::error::', '').split('%0A'))).toEqual(lines);
});

test.each([
  ['token eyJhbGciOi.eyJzdWIi.c2ln-n_ is bad', 'token *** is bad'],
  ['keyJhbGciOi.eyJz', 'keyJhbGciOi.eyJz'],
  ['a.eyJhb.c d.eyJhb', 'a.*** d.eyJhb'],
  ['via http://user:pass@proxy:1/, https://token@b/', 'via http://***@proxy:1/, https://***@b/'],
  ['http://a/b@c mail@d ://e@f', 'http://a/b@c mail@d ://e@f'],
  ['http://169.254.170.2/v2/credentials/0f9c-3b', 'http://169.254.170.2/v2/credentials/***'],
  ['a/v1/credentials?id=0f', 'a/v1/credentials?id=***'],
  ['/v1/credentials responded', '/v1/credentials responded'],
  ["Unexpected token 'w', wJalr is not valid JSON at x", 'Unexpected token, not valid JSON at x'],
])('of %j, what has the form of a secret is not shown: %s', (text, shown) => {
  expect(log.singleLine(text)).toBe(shown);

  log.info(text);
  expect(output()).toBe(`${shown}\n`);
});

test.each([
  ['info', log.info],
  ['warning', log.warning],
  ['a failure', (text: string) => log.failed(new Failure(text).message, undefined)],
])('%s prints a text on one line, and not all of a long one', (_, print) => {
  print(`a\n::add-path::x\r\nb ${'word '.repeat(20_000)}`);
  expect(output()).toMatch(/^(?:::(?:warning|error)::)?a ::add-path::x b (?:word )+wo…\n$/);
  expect(output().length).toBeLessThan(2_100);
});

test('a known secret is not shown in any form; a mask is for the whole job', () => {
  log.mask('m@sked & told');
  log.mask('');
  log.mask('short12');
  log.mask('short12', 1);
  log.mask('eight88!');
  log.hide('hidden+secret\n', undefined, 'eight888', 'short13');
  log.hide('half-\ud800-pair', 'hidden', 'hidden+secret-and-more');

  const forms = (text: string) => [
    text,
    encodeURIComponent(text),
    Buffer.from(text).toString('base64'),
  ];

  expect(masks()).toEqual(['m@sked & told', 'short12', 'eight88!']);

  const whole = ['eight888', 'half-\ud800-pair', 'hidden+secret-and-more'];
  for (const secret of [...forms('m@sked & told'), ...forms('hidden+secret'), ...whole]) {
    expect(log.singleLine(`before ${secret}, after`)).toBe('before ***, after');
  }
  expect(log.singleLine('short12 short13 hidden')).toBe('short12 short13 hidden');
});

const word = 'a'.repeat(9);
test.each([
  [' x ', 1],
  ['y'.repeat(2_000), 2_000],
  [`${word} `.repeat(201), 2_001],
  [`${'b'.repeat(1_990)} ${'c'.repeat(20)}`, 2_001],
  ['z'.repeat(1024 * 1024), 2_001],
  [' '.repeat(128 * 1024), 1],
  [`${'\u001b[31m'.repeat(1_000)}red`, 3],
])('text %# on a single line has a length of %i', (text, length) => {
  log.hide('k'.repeat(9_000));
  expect(log.singleLine(text)).toHaveLength(length);
  expect(log.singleLine(text)).not.toMatch(/\p{Cc}|c$/u);
});

test('a text of any length is printed, up to 64 KB', () => {
  log.debug(`${word} `.repeat(20_000));
  expect(output('debug').length).toBeGreaterThan(50_000);
  expect(output('debug')).toMatch(/^::debug::[^…]{0,65536}…\n$/);
});

const PIECES = [
  'eyJ',
  'eyJa.',
  'a://',
  '@',
  '/v1/credentials/',
  'Unexpected token ',
  '\u001b[',
  '\u009b',
  '0',
  ' ',
  '\n',
  ':',
  '##',
];

test.each(PIECES)('128 KB of %j are read in linear time', (piece) => {
  expectLinear(piece, log.debug);
  expectLinear(piece, log.singleLine);
});

test('thousands of secrets take linear time', () => {
  expectLinear('a secret', (text) => {
    for (const index of Array(text.length / 8).keys()) log.hide(`a secret ${index}`);
    log.info('x');
  });
});

test(`of a known secret in a long text, no part is shown (seed ${SEED})`, () => {
  const secret = fc.stringMatching(/^\w[A-Za-z0-9+/=_. -]{6,9000}\w$/);
  const limit = fc.constantFrom(2_000, 32_000, 64 * 1024);
  // Of the second, nothing is left once it is shown.
  const filler = fc.constantFrom('~', '\u001b[m');

  const property = fc.property(secret, limit, fc.nat(9_000), filler, (known, end, part, piece) => {
    log.hide(known);
    // The limit is somewhere in the secret.
    const length = Math.max(0, end - (part % known.length));
    const text = piece.repeat(length).slice(-length) + known + '~'.repeat(end);
    const start = output('debug').length;
    log.debug(text);

    for (const shown of [log.singleLine(text), output('debug').slice(start + 9)]) {
      expect(shown).toMatch(/^[m [~*]*…?\n?$/);
    }
  });
  fc.assert(property, { seed: SEED, numRuns: 200 });
});

test(`no text issues a command, or shows a known secret (seed ${SEED})`, () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9+/=_.-]{8,40}$/);
  const pieces = fc.constantFrom(...PIECES, '::', '##[', 'add-path', '\r', '\u2028', '\u00a0');
  const noise = fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 9 }));
  const property = fc.property(secret, fc.array(noise), fc.array(noise), (known, before, after) => {
    const printedBefore = output().length;
    log.hide(known);
    const text = [...before, known, ...after].join('');
    log.info(text);
    log.warning(text);
    log.failed(text, undefined);

    // The runner reads these from a command as what they were.
    const printed = output()
      .slice(printedBefore)
      .replaceAll(/^::(?:warning|error)::/gm, '')
      .replaceAll('%0A', '\n');

    expect(printed).not.toContain(known);
    expect(log.singleLine(text)).not.toContain(known);
    for (const line of printed.split(/\r\n|\n|\r|\u2028|\u2029/)) {
      expect(line).not.toMatch(/^\s*::|##\[/);
    }
  });
  fc.assert(property, { seed: SEED, numRuns: 500 });
});
