import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { explainSymptom } from '../../../src/errors/explain.ts';
import type { Facts } from '../../../src/errors/failure.ts';
import { KNOWN_ERRORS } from '../../../src/errors/known-errors/all.ts';
import { FACTS } from '../../../src/errors/known-errors/known-error.ts';
import { SEED } from '../../harness/seed.ts';
import { hostileText } from './hostile-text.ts';

/** What a shell or a YAML file takes for more than a part of a word, wherever it stands. */
const POWERS = ['$(id)', '`id`', '; id', '| id', '& id', "'id'", '"id"', '> /etc/passwd', '\nid', '#{id}'];
const power = fc.constantFrom(...POWERS);
/** An option is one only where a word begins. */
const powerful = fc.oneof(
  fc.constantFrom('--profile=evil', '-x'),
  fc.tuple(fc.constantFrom('', 'arc-runners', 'arn:aws:iam::1:role/a'), power).map((parts) => parts.join('')),
);
const facts: fc.Arbitrary<Facts> = fc.record(
  Object.fromEntries(Object.keys(FACTS).map((name) => [name, powerful])),
);

describe(`what a failure is explained by (seed ${SEED})`, () => {
  test.each(KNOWN_ERRORS.map(({ id }) => id))(
    'puts nothing into a command that could be more than a word: %s',
    (id) => {
      const plain = explainSymptom({ what: 'what', knownError: id });
      fc.assert(
        fc.property(facts, (given) => {
          expect(explainSymptom({ what: 'what', knownError: id, facts: given })).toEqual(plain);
        }),
        { seed: SEED, numRuns: 50 },
      );
    },
  );

  test.each(KNOWN_ERRORS.map(({ id }) => id))('puts nothing of two words into a command: %s', (id) => {
    const two = Object.fromEntries(Object.keys(FACTS).map((name) => [name, 'a -o b']));
    expect(explainSymptom({ what: 'what', knownError: id, facts: two }).remedy).toBe(
      explainSymptom({ what: 'what', knownError: id }).remedy,
    );
  });

  test('shows the message of a failure as it is, and puts nothing of it into a command', () => {
    const denial = fc.tuple(hostileText, power, hostileText).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.oneof(
          hostileText,
          denial.map((text) => `User: ${text} is not authorized to perform: ecr:X`),
        ),
        (what) => {
          for (const area of ['pod-identity', 'credentials', 'ecr', 'container-client'] as const) {
            const { what: shown, remedy = '' } = explainSymptom({ area, what });
            expect(shown).toBe(what);
            for (const text of POWERS) expect(remedy).not.toContain(text);
          }
        },
      ),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});
