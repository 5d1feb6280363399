import { describe, expect, test } from '@jest/globals';
import { readToken, registryHost } from '../../../src/ecr/response.ts';
import { describeError } from '../../../src/errors/describe.ts';
import { explainSymptom } from '../../../src/errors/explain.ts';
import { parseRegistries } from '../../../src/registry/entry.ts';
import { keepOut, presentable } from '../../../src/runner/log.ts';
import { Redactor } from '../../../src/runner/redaction.ts';
import { singleLine, withoutCommands } from '../../../src/runner/safe-text.ts';

/** Long enough that what takes a time by the square of the length does not end within a test's time. */
const LENGTH = 2_000_000;

const TEXTS: Record<string, string> = {
  'one letter': 'a',
  spaces: ' ',
  'an unfinished web token': 'eyJ-',
  'unfinished web tokens': '.eyJa',
  'an unfinished URL with a user': 'a://b',
  'a header that has no value': 'Authorization: ',
  'a header and spaces': '"Authorization": Basic  ',
  'a field that has no end': '"Token":"',
  'an unfinished quote of node': "Unexpected token 'a', \"",
  'unfinished terminal sequences': '\u001b[0;',
  'control characters': '\u0000\u001b',
  commands: '::error::',
  'bracket commands': '##[',
  'line breaks': '\r\n',
  'labels of a host': 'a.',
  'hyphens of a host': 'a-',
  'pieces of a registry': '123456789012.dkr.ecr.',
  'ECR denials': 'User: a is not authorized to perform: ecr:',
  backticks: '`',
  'names of the SDK': '@smithy',
  'names of the SDK and hyphens': '@smithy - ',
  'words without end': `${'a'.repeat(125_000)} b`,
};

const READERS: Record<string, (text: string) => unknown> = {
  singleLine,
  withoutCommands,
  presentable,
  'describeError, of what was thrown': (text) => describeError(new Error(text)),
  parseRegistries,
  'redact, of what is looked at': (text) => knowing(text.slice(0, 2_000)).redact(text.slice(0, 128 * 1024)),
  'explain, of what is quoted': (text) =>
    explainSymptom({ area: 'ecr', what: singleLine(text), details: singleLine(text) }),
  registryHost: (text) => refusal(() => registryHost(text, true)),
  readToken: (text) => refusal(() => readToken('host', Buffer.from(text).toString('base64'))),
};

function knowing(secret: string): Redactor {
  const redactor = new Redactor();
  redactor.add(secret);
  return redactor;
}

function refusal(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

describe.each(Object.entries(READERS))('%s ends in time', (_, read) => {
  test.each(Object.entries(TEXTS))('with 2 MB of %s', (_name, piece) => {
    const text = piece.repeat(LENGTH / piece.length);
    const started = performance.now();
    expect(read(text)).toBeDefined();
    // Linear work on this text takes milliseconds; the square of it takes hours.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

test('a text that is cut shows no part of a secret at its end', () => {
  // Most of it is redacted, so that what is left is not cut a second time.
  const before = `${'aB3dE5gH'.repeat(12_500)} `;
  const words = 'word '.repeat((128 * 1024 - before.length) / 5 - 1);
  const text = presentable(`${before}${words}p4ssw0rd-that-lies-across-the-cut`);
  expect(text.endsWith('word …')).toBe(true);
});

test.each([378, 384, 387, 392, 1_590, 1_598])('nor does a text that is quoted, after %d words', (words) => {
  const secret = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12';
  keepOut(secret);
  const text = presentable(
    singleLine(`${'word '.repeat(words)}xxxx ${secret} and more ${'y '.repeat(5_000)}`),
  );
  expect(text).not.toContain(secret.slice(0, 8));
});

test('a secret that is hidden by what is taken out is taken out, too', () => {
  const secret = 'kept-out-secret-of-forty-characters-0123';
  keepOut(secret);
  for (const hidden of ['\u001b[0m', '\u009b1m']) {
    const text = presentable(`before ${secret.slice(0, 20)}${hidden}${secret.slice(20)} after`);
    expect(text).not.toContain(secret.slice(20));
  }
});
