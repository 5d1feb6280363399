// Imported only when a failure is explained: a job that succeeds should not load the text of all known errors.

import { type FactName, type Facts, Failure, messageOf, type Symptom } from './failure.ts';
import { KNOWN_ERRORS } from './known-errors/all.ts';
import { FACTS, type KnownError } from './known-errors/known-error.ts';
import { principalFacts } from './principal.ts';

/** The parts of an error that a user can act on. */
export type Explanation = {
  /** What failed. */
  readonly what: string;
  /** The likely cause. */
  readonly means?: string | undefined;
  /** What to do, with commands or YAML to copy. */
  readonly remedy?: string | undefined;
  /** The ID of the known error. */
  readonly id?: string;
};

/** Explains anything that was thrown. An unknown error has only its message. */
export function explain(error: unknown): Explanation {
  return error instanceof Failure ? explainSymptom(error.symptom) : { what: messageOf(error) };
}

/** The explanation as one text, each part on a line of its own. */
export function explanationText({ what, means, remedy }: Explanation): string {
  return [
    what,
    ...(means === undefined ? [] : [`Likely cause: ${means}`]),
    ...(remedy === undefined ? [] : [`What to do: ${remedy}`]),
  ].join('\n');
}

/**
 * Explains a failure by the first known error that matches.
 * Throws a RangeError if the failure names a known error that does not exist.
 */
export function explainSymptom(symptom: Symptom): Explanation {
  const { what, means, remedy, area, details = '', knownError, facts = {} } = symptom;
  if (knownError !== undefined) return filledIn(namedError(knownError), what, facts);
  const text = `${what}\n${details}`;
  for (const entry of KNOWN_ERRORS) {
    const isOfArea = area !== undefined && entry.areas.includes(area);
    const found = isOfArea ? entry.pattern?.exec(text) : undefined;
    if (found) return filledIn(entry, what, { ...facts, ...principalFactsOf(found), ...found.groups });
  }
  return { what, means, remedy };
}

function principalFactsOf({ groups }: RegExpExecArray): Facts {
  const principal = groups?.['principal'];
  return principal === undefined ? {} : principalFacts(principal);
}

function namedError(id: string): KnownError {
  const entry = KNOWN_ERRORS.find((one) => one.id === id);
  if (entry === undefined) throw new RangeError(`no known error has the ID ${id}`);
  return entry;
}

function filledIn({ id, means, remedy }: KnownError, what: string, facts: Facts): Explanation {
  return { what, means: fill(means, facts, PLAIN_FACT), remedy: fill(remedy, facts, PLAIN_WORD), id };
}

/** The allowed form of a fact: no characters with a meaning for a shell, and no option in place of a value. */
const PLAIN_FACT = /^[\w/[~.][\w .,:/@+=[\]~-]{0,299}$/;
/** The same in a command to copy, where it must be one word. */
const PLAIN_WORD = /^[\w/[~.][\w.,:/@+=[\]~-]{0,299}$/;
/** A path of Windows. To a shell that takes `\` for an escape, it is still one word. */
const WINDOWS_PATH = /^[A-Za-z]:\\[\w.,@~\\-]{0,296}$/;

/**
 * Replaces each `{name}` by the fact, or by a placeholder if the fact is not known. Other braces stay.
 * Facts can come from the message of a service or the claims of a token, and the text can be a command to copy: a fact of
 * another form than `plain` becomes the placeholder, too.
 */
function fill(text: string, facts: Facts, plain: RegExp): string {
  return text.replace(/\{(\w+)\}/g, (braced, name: string, offset: number) => {
    if (!Object.hasOwn(FACTS, name)) return braced;
    const fact = facts[name as FactName];
    if (fact !== undefined && (plain.test(fact) || WINDOWS_PATH.test(fact))) return fact;
    const unknown = FACTS[name as FactName];
    return offset === 0 ? unknown.charAt(0).toUpperCase() + unknown.slice(1) : unknown;
  });
}
