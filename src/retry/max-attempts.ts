import { Failure } from '../errors/failure.ts';
import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';

/** The most attempts that can be asked for. More would only wait for the end of the step's time. */
const MOST_ATTEMPTS = 20;

/** What is allowed as a number of attempts, in words. */
export const ALLOWED_ATTEMPTS = `a whole number from 1 to ${MOST_ATTEMPTS}`;

/** Reads a number of attempts; undefined where the text is none that is allowed. */
export function parseMaxAttempts(text: string): number | undefined {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= MOST_ATTEMPTS ? number : undefined;
}

/**
 * How often the user wants a call to be tried: the input, else `AWS_MAX_ATTEMPTS`; undefined where neither is given.
 * The variable is also meant for other programs, to which more attempts are allowed: it then stands for the most.
 * Throws a Failure where the variable holds no such number.
 */
export function requestedMaxAttempts(
  input: number | undefined,
  environment: Environment,
): number | undefined {
  const text = variable(environment, 'AWS_MAX_ATTEMPTS')?.trim();
  if (input !== undefined || !text) return input;
  if (/^\d{1,9}$/.test(text) && Number(text) > MOST_ATTEMPTS) return MOST_ATTEMPTS;
  const number = parseMaxAttempts(text);
  if (number !== undefined) return number;
  const what = `The variable AWS_MAX_ATTEMPTS is '${singleLine(text)}'; allowed is ${ALLOWED_ATTEMPTS}.`;
  throw new Failure({ what });
}
