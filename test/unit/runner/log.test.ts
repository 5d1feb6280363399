import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as log from '../../../src/runner/log.ts';
import { captureOutput } from '../written-output.ts';

const { exitCode } = process;
let written: () => string;
beforeEach(() => {
  written = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = exitCode;
});

test.each([
  [log.info, 'text\n'],
  [log.warning, '::warning::text\n'],
  [log.debug, '::debug::text\n'],
])('a line of each level', (write, line) => {
  write('text');
  expect(written()).toBe(line);
});

describe('an error', () => {
  test('fails the step, with the stacks of it and its causes in the debug log', () => {
    const cause = new AggregateError([new Error('first'), new Error('second')], 'both', { cause: 'text' });
    log.failed('what failed', new Error('outer', { cause }));
    expect(process.exitCode).toBe(1);
    const [error, ...stacks] = written().trimEnd().split('\n');
    expect(error).toBe('::error::what failed');
    const starts = stacks.map((line) => /^::debug::(.*?)%0A +at /.exec(line)?.[1]);
    expect(starts).toEqual(['Error: outer', 'AggregateError: both', 'Error: first', 'Error: second']);
  });

  test('without a stack has its message there; what is no error has nothing', () => {
    const error = new Error('outer');
    delete error.stack;
    log.failed('a', error);
    log.failed('b', 'text');
    expect(written()).toBe('::error::a\n::debug::outer\n::error::b\n');
  });
});

describe('a secret', () => {
  test('that is masked is made known to the runner before it is kept out of the log', () => {
    log.mask('hunter-of-masks');
    log.info('hunter-of-masks');
    expect(written()).toBe('::add-mask::hunter-of-masks\n***\n');
  });

  test('that is only kept out is not told to the runner', () => {
    log.keepOut(undefined, 'hunter-of-first', 'hunter-of-second');
    log.warning('hunter-of-first and hunter-of-second');
    expect(written()).toBe('::warning::*** and ***\n');
  });

  test('that is empty is none', () => {
    log.mask('');
    log.info('text');
    expect(written()).toBe('text\n');
  });

  test('that control characters hide is found once they are out', () => {
    log.keepOut('hunter-of-escapes');
    expect(log.presentable('hunter-\u001b[31mof-escapes')).toBe('***');
  });

  test('at the end of a long text is not told in part', () => {
    log.keepOut(`hunter-${'x'.repeat(100_000)}`);
    const text = `${'word '.repeat(10_000)}hunter-${'x'.repeat(100_000)}`;
    expect(log.presentable(text)).not.toContain('hunter-x');
  });
});

test('no text is a command', () => {
  log.info('::add-path::/x\n  ::error::y\n##[group]z');
  expect(written()).toBe(': :add-path::/x\n  : :error::y\n# #[group]z\n');
});
