import { getState, saveState } from '@actions/core';

// What crosses from main to post, all of it. It holds no secret: the runner keeps it in a plain file.

/** One login that post has to undo. */
export type SavedLogin = {
  /** The registry host, as the container client was given it. */
  readonly registry: string;
  /** The directory of the docker configuration that the login was written to. */
  readonly dockerConfig: string;
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

/** The logins that main saved; none where it ended before the first, or was told to leave them. */
export function savedLogins(): readonly SavedLogin[] {
  const text = getState('logins');
  return text === '' ? [] : (JSON.parse(text) as SavedLogin[]);
}
