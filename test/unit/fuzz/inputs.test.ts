import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { Failure } from '../../../src/errors/failure.ts';
import { readInputs } from '../../../src/inputs.ts';
import { readActionMetadata } from '../../harness/action-metadata.ts';
import { SEED } from '../../harness/seed.ts';
import { parseCommand, splitLines } from '../../harness/workflow-commands.ts';
import { hostileText } from './hostile-text.ts';

const names = Object.keys(readActionMetadata().inputs);
const environment = process.env;
let printed: string;

beforeEach(() => {
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => {
  process.env = environment;
  jest.restoreAllMocks();
});

/** Words that inputs take, so that the good parts of a text are got past, too. */
const words = fc.constantFrom(
  'true',
  'false',
  'public',
  'private',
  'auto',
  'container',
  'docker',
  'podman',
  'config-file',
  '123456789012',
  '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1',
  'public.ecr.aws',
  'eu-west-1',
  'http://user:password@proxy.example.com:3128',
  '7',
  ',',
  '\n',
  ' ',
);
const text = fc.oneof(
  hostileText,
  words,
  fc.array(fc.oneof(words, hostileText), { maxLength: 6 }).map((parts) => parts.join('')),
);

describe(`inputs of any text (seed ${SEED})`, () => {
  test('are read, or refused as an explained failure, and nothing of them is a command', () => {
    const given = fc.record(Object.fromEntries(names.map((name) => [name, text])), { requiredKeys: [] });
    fc.assert(
      fc.property(given, (inputs) => {
        printed = '';
        // A variable holds no NUL.
        const pairs = Object.entries(inputs).map(([name, value]) => [
          `INPUT_${name.toUpperCase()}`,
          (value ?? '').replaceAll('\0', ''),
        ]);
        process.env = Object.fromEntries(pairs);
        try {
          readInputs();
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
          expect((error as Failure).message).not.toBe('');
        }
        const issued = splitLines(printed).flatMap((line) => parseCommand(line) ?? []);
        expect(issued.filter(({ name }) => !['warning', 'debug', 'add-mask'].includes(name))).toEqual([]);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});
