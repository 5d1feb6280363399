import { describe, expect, test } from '@jest/globals';
import { parseKeyValueFile } from '../../harness/file-commands.ts';
import { logText, Masks, renderLog } from '../../harness/masking.ts';
import { interpret, parseCommand, splitLines } from '../../harness/workflow-commands.ts';

const lines = (...texts: string[]) => interpret(texts.map((text) => ({ stream: 'stdout' as const, text })));

describe('a line of output is a command', () => {
  test.each([
    ['::error::no%0Ayes', { name: 'error', properties: {}, message: 'no\nyes' }],
    [
      '  ::warning file=a%2Cb,line=1::x',
      { name: 'warning', properties: { file: 'a,b', line: '1' }, message: 'x' },
    ],
    ['::Add-Mask::s%25', { name: 'add-mask', properties: {}, message: 's%' }],
    ['said ##[add-path]/tmp', { name: 'add-path', properties: {}, message: '/tmp' }],
    ['##[set-env name=A]b', { name: 'set-env', properties: { name: 'A' }, message: 'b' }],
    ['::debug::a::b', { name: 'debug', properties: {}, message: 'a::b' }],
  ])('%s', (line, command) => {
    expect(parseCommand(line)).toEqual(command);
  });

  test.each(['said ::error::no', '::no-such::x', '::error:x', '##[no-such]x', '##[error x', 'plain', ''])(
    'unless it is like: %s',
    (line) => {
      expect(parseCommand(line)).toBeUndefined();
    },
  );
});

test('lines end where the runner ends them, at a lone carriage return too', () => {
  expect(splitLines('a\rb\r\nc\n\nd')).toEqual(['a', 'b', 'c', '', 'd']);
});

test('between stop-commands and its token no line is a command', () => {
  const found = lines('::stop-commands::t', '::error::1', '::t::', '::error::2');
  expect(found.map(({ command }) => command?.message)).toEqual(['t', undefined, undefined, '2']);
});

describe('the log', () => {
  test('hides a secret from its mask on, in the forms that the runner knows', () => {
    const log = renderLog(
      lines('s3/cret', '::add-mask::s3/cret', 's3/cret s3%2Fcret', Buffer.from('s3/cret').toString('base64')),
      new Masks(),
      false,
    );
    expect(logText(log)).toBe('s3/cret\n*** ***\n***');
  });

  test('hides each line of a secret of several lines', () => {
    expect(logText(renderLog(lines('::add-mask::one%0Atwo', 'two, one'), new Masks(), false))).toBe(
      '***, ***',
    );
  });

  test('shows debug lines only with debug logging', () => {
    const printed = lines('::debug::a', '::group::b', '::endgroup::');
    expect(logText(renderLog(printed, new Masks(), false))).toBe('##[group]b\n##[endgroup]');
    expect(logText(renderLog(printed, new Masks(), true))).toBe('##[debug]a\n##[group]b\n##[endgroup]');
  });
});

describe('a file of values', () => {
  test('has blocks and single lines, and a later value wins', () => {
    const text = 'a=1\nb<<END\nx=y\nz\nEND\na=2=3\nc<<E\n\nE\n';
    expect(parseKeyValueFile(text)).toEqual({ a: '2=3', b: 'x=y\nz', c: '' });
  });

  test.each(['nonsense', 'a<<END\nx\n'])('is refused where the runner refuses it: %j', (text) => {
    expect(() => parseKeyValueFile(text)).toThrow();
  });
});
