import { Failure } from '../errors/failure.ts';
import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';

/** More attempts would not end within the time limit of the step. */
const MOST_ATTEMPTS = 20;

/** What is allowed as a number of attempts, for messages. */
export const ALLOWED_ATTEMPTS = `a whole number from 1 to ${MOST_ATTEMPTS}`;

/** Reads a number of attempts; undefined if the text is not a number that is allowed. */
export function parseMaxAttempts(text: string): number | undefined {
  const number = wholeNumber(text);
  return number >= 1 && number <= MOST_ATTEMPTS ? number : undefined;
}

/**
 * How many attempts of a call the user asks for: the input, else `AWS_MAX_ATTEMPTS`; undefined where neither is given.
 * The variable is also meant for other programs, which allow more attempts: here it is capped.
 * Throws a Failure if the variable does not hold a number of attempts.
 */
export function requestedMaxAttempts(
  input: number | undefined,
  environment: Environment,
): number | undefined {
  const text = variable(environment, 'AWS_MAX_ATTEMPTS')?.trim();
  if (input !== undefined || !text) return input;
  const number = wholeNumber(text);
  if (number >= 1) return Math.min(number, MOST_ATTEMPTS);
  const what = `The variable AWS_MAX_ATTEMPTS is '${singleLine(text)}'; allowed is ${ALLOWED_ATTEMPTS}.`;
  throw new Failure({ what });
}

/** Gives 0 for what is not a whole number. */
function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
