import type { Isolation } from './container/isolation/create.ts';
import type { ToolName } from './container/tool.ts';
import { saveState } from './packages/actions-core.ts';

// What crosses from main to post, all of it; saved-state.ts reads it. It holds no secret: the runner keeps it in a
// plain file.

/** The place that the logins of one tool were written to. */
type SavedPlace = {
  readonly tool: ToolName;
  /** The variables that lead the client to the place; null is one that is not set. */
  readonly variables: Readonly<Record<string, string | null>>;
  /** The file at that place, where it is known. */
  readonly file?: string;
};

/** One login that post has to undo. */
export type SavedLogin = SavedPlace & {
  /** The registry host, as the container client was given it. */
  readonly registry: string;
};

/** The logins of one tool, as they are saved: the place once, so that there is room for thousands of registries. */
export type SavedLogins = SavedPlace & { readonly registries: readonly string[] };

/**
 * Longest variable that a process can be started with, in bytes, name and end included. The runner hands the state to
 * post in such variables: with a longer one post would not even start.
 */
const LONGEST_VARIABLE = process.platform === 'win32' ? 32_767 : 128 * 1024;
/** What that leaves for the saved logins. */
export const LONGEST_LOGINS = LONGEST_VARIABLE - 'STATE_logins=\0'.length;

/**
 * Saves the logins; a later call replaces what an earlier one saved.
 * Gives whether there was room for them: where there was none, what was saved before stays.
 */
export function saveLogins(logins: readonly SavedLogins[]): boolean {
  const text = JSON.stringify(logins.filter(({ registries }) => registries.length > 0));
  if (Buffer.byteLength(text) > LONGEST_LOGINS) return false;
  saveState('logins', text);
  return true;
}

/** Saves that this job has, or is about to have, a configuration of its own. */
export function saveIsolation(isolation: Isolation): void {
  saveState('isolation', JSON.stringify(isolation));
}
