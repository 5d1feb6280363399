import * as core from '../packages/actions-core.ts';
import { Redactor } from './redaction.ts';
import { cut, withoutCommands } from './safe-text.ts';

// The one module that writes to the job's log. Nothing that it is given can issue a workflow command, and no secret
// that the action has learned gets through, whether the runner masks it or not.

const secrets = new Redactor();

/** Writes a line. */
export function info(text: string): void {
  core.info(presentable(text));
}

/** Writes a warning, which the runner also shows on the summary page of the run. */
export function warning(text: string): void {
  core.warning(presentable(text));
}

/** Writes a line that is shown only where the job runs with debug logging. */
export function debug(text: string): void {
  core.debug(presentable(text));
}

/** Writes an error and marks the step as failed: exit code 1. The stack of its cause goes to the debug log only. */
export function failed(message: string, error: unknown): void {
  core.setFailed(presentable(message));
  debugStacks(error);
}

function debugStacks(error: unknown): void {
  if (!(error instanceof Error)) return;
  debug(error.stack ?? error.message);
  if (error instanceof AggregateError) error.errors.forEach(debugStacks);
  debugStacks(error.cause);
}

/** Has the runner show `***` instead of this text, from now on. */
export function mask(secret: string): void {
  keepOut(secret);
  if (secret !== '') core.setSecret(secret);
}

/**
 * Keeps a secret out of all that is written here, without a word of it to the runner: a mask is an output itself, and
 * what the action never prints needs none.
 */
export function keepOut(...texts: readonly (string | undefined)[]): void {
  for (const text of texts) if (text !== undefined) secrets.add(text);
}

/** Longest text that is looked at, in UTF-16 code units. What is left of it once secrets are out is cut again. */
const LONGEST_LOOKED_AT = 128 * 1024;

/** The text as it may be shown, in the log or beside it. */
export function presentable(text: string): string {
  const redacted = secrets.redact(cut(text, LONGEST_LOOKED_AT));
  const shown = withoutCommands(redacted);
  // What stood in the middle of a secret, and was taken out, no longer hides it.
  return shown === redacted ? shown : secrets.redact(shown);
}
