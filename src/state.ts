import type { Isolation } from './container/isolation.ts';
import type { ToolName } from './container/tool.ts';
import { getState, saveState } from './packages/actions-core.ts';

// What crosses from main to post, all of it; saved-state.ts reads it. It holds no secret: the runner keeps it in a
// plain file.

/** One login that post has to undo. */
export type SavedLogin = {
  /** The registry host, as the container client was given it. */
  readonly registry: string;
  readonly tool: ToolName;
  /** The variables that lead the client to the place that the login was written to; null is one that is not set. */
  readonly variables: Readonly<Record<string, string | null>>;
  /** The file at that place, where it is known. */
  readonly file?: string;
};

/** Marks this process as main, so that the next one with this state knows that it is post. */
export function markStarted(): void {
  saveState('stage', 'post');
}

/** Whether main has run: then this is post. */
export function isPost(): boolean {
  return getState('stage') === 'post';
}

/** Saves the logins; a later call replaces what an earlier one saved. */
export function saveLogins(logins: readonly SavedLogin[]): void {
  saveState('logins', JSON.stringify(logins));
}

/** Saves that this job has, or is about to have, a configuration of its own. */
export function saveIsolation(isolation: Isolation): void {
  saveState('isolation', JSON.stringify(isolation));
}
