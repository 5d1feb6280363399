import * as core from '@actions/core';
import { withoutCommands } from './safe-text.ts';

// The one module that writes to the job's log. Nothing that it is given can issue a workflow command.

/** Writes a line. */
export function info(text: string): void {
  core.info(withoutCommands(text));
}

/** Writes a warning, which the runner also shows on the summary page of the run. */
export function warning(text: string): void {
  core.warning(withoutCommands(text));
}

/** Writes a line that is shown only where the job runs with debug logging. */
export function debug(text: string): void {
  core.debug(withoutCommands(text));
}

/** Writes an error and marks the step as failed: exit code 1. The stack goes to the debug log only. */
export function failed(error: unknown): void {
  core.setFailed(withoutCommands(error instanceof Error ? error.message : String(error)));
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
  if (secret !== '') core.setSecret(secret);
}
