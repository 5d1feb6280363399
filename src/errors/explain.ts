// Imported where a failure is explained, and not before: the knowledge is a lot of text, which a job that goes well
// would read and compile for nothing.

import { type Explanation, Failure } from './failure.ts';
import { type Area, FACTS, type Facts, KNOWN_ERRORS, type KnownError } from './known-errors.ts';

/** A failure as it happened: where, in whose words, and what is known besides. */
export type Symptom = {
  readonly area: Area;
  /** What failed, in the service's or the tool's own words; the first part of the explanation. */
  readonly what: string;
  /** Words that help to recognise the failure but are not shown: codes, and what a token's claims say. */
  readonly signs?: string;
  readonly facts?: Facts;
};

/** Explains a failure from what is known of such failures. One that is not known keeps its own words, and only those. */
export function explain({ area, what, signs = '', facts = {} }: Symptom): Explanation {
  const words = `${what}\n${signs}`;
  for (const entry of KNOWN_ERRORS) {
    const found = entry.areas.includes(area) ? entry.pattern?.exec(words) : undefined;
    if (found) return filledIn(entry, what, { ...facts, ...found.groups });
  }
  return { what };
}

/** The failure that a certain entry of the knowledge is about. Throws where there is no such entry. */
export function knownFailure(id: string, what: string, facts: Facts = {}): Failure {
  const entry = KNOWN_ERRORS.find((one) => one.id === id);
  if (entry === undefined) throw new RangeError(`No entry ${id} in the knowledge of failures`);
  return new Failure(filledIn(entry, what, facts));
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
 * Some facts come from a service's words or a token's claims, and the text that they are put into is a command to copy: one
 * that could be more than a word in it becomes the placeholder, too.
 */
function fill(text: string, facts: Facts, plain: RegExp): string {
  return text.replace(/\{(\w+)\}/g, (braced, name: string, offset: number) => {
    if (!Object.hasOwn(FACTS, name)) return braced;
    const fact = facts[name as keyof Facts];
    if (fact !== undefined && plain.test(fact)) return fact;
    const unknown = FACTS[name as keyof Facts];
    return offset === 0 ? unknown.charAt(0).toUpperCase() + unknown.slice(1) : unknown;
  });
}
