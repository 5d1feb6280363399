// Loaded where a failure is explained, and not before: the known errors are a lot of text, which a job that goes well
// would read and compile for nothing.

import { type FactName, type Facts, Failure, messageOf, type Symptom } from './failure.ts';
import { KNOWN_ERRORS } from './known-errors/all.ts';
import { FACTS, type KnownError } from './known-errors/known-error.ts';

/** The three parts of an error that a user can act on. */
export type Explanation = {
  /** What failed. */
  readonly what: string;
  /** What that most likely means here. */
  readonly means?: string;
  /** What to do: a command or a line of YAML to copy. */
  readonly remedy?: string;
  /** The ID of the known error that it is. */
  readonly id?: string;
};

/** Explains anything that was thrown. What is not known keeps its own message, and only that. */
export function explain(error: unknown): Explanation {
  return error instanceof Failure ? explainSymptom(error.symptom) : { what: messageOf(error) };
}

/** The explanation as one text, a part a line. */
export function explanationText({ what, means, remedy }: Explanation): string {
  return [
    what,
    ...(means === undefined ? [] : [`Likely cause: ${means}`]),
    ...(remedy === undefined ? [] : [`What to do: ${remedy}`]),
  ].join('\n');
}

/**
 * Explains what code knows of a failure, by the known errors.
 * Throws a RangeError where the code names a known error that is not there.
 */
export function explainSymptom(symptom: Symptom): Explanation {
  const { what, means, remedy, area, details = '', knownError, facts = {} } = symptom;
  if (knownError !== undefined) return filledIn(namedError(knownError), what, facts);
  const text = `${what}\n${details}`;
  for (const entry of KNOWN_ERRORS) {
    const isOfArea = area !== undefined && entry.areas.includes(area);
    const found = isOfArea ? entry.pattern?.exec(text) : undefined;
    if (found) return filledIn(entry, what, { ...facts, ...found.groups });
  }
  return { what, ...(means !== undefined && { means }), ...(remedy !== undefined && { remedy }) };
}

function namedError(id: string): KnownError {
  const entry = KNOWN_ERRORS.find((one) => one.id === id);
  if (entry === undefined) throw new RangeError(`There is no known error ${id}`);
  return entry;
}

function filledIn({ id, means, remedy }: KnownError, what: string, facts: Facts): Explanation {
  return { what, means: fill(means, facts, PLAIN_FACT), remedy: fill(remedy, facts, PLAIN_WORD), id };
}

/** What a fact may be made of: nothing that means something to a shell, and no option in the place of a value. */
const PLAIN_FACT = /^[\w/[~.][\w .,:/@+=[\]~-]{0,299}$/;
/** The same in a command to copy, where it must stay one word. */
const PLAIN_WORD = /^[\w/[~.][\w.,:/@+=[\]~-]{0,299}$/;

/**
 * Puts facts in the place of `{name}`, and a placeholder where a fact is not known. Other braces stay as they are.
 * Some facts come from a service's message or a token's claims, and the text that they are put into is a command to
 * copy: one that could be more than a word in it becomes the placeholder, too.
 */
function fill(text: string, facts: Facts, plain: RegExp): string {
  return text.replace(/\{(\w+)\}/g, (braced, name: string, offset: number) => {
    if (!Object.hasOwn(FACTS, name)) return braced;
    const fact = facts[name as FactName];
    if (fact !== undefined && plain.test(fact)) return fact;
    const unknown = FACTS[name as FactName];
    return offset === 0 ? unknown.charAt(0).toUpperCase() + unknown.slice(1) : unknown;
  });
}
