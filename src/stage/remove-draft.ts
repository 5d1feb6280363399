import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import * as authFile from '../container/write-auth-file.ts';
import { messageOf } from '../errors/failure.ts';
import { singleLine } from '../runner/safe-text.ts';
import type { SavedLogin } from '../state.ts';

/**
 * Removes the draft of an auth file that a main which was killed has left: it holds a password. The path comes from the
 * saved state, so only one beside the auth file of a saved login is removed.
 * Returns the reason if it could not be removed.
 */
export function removeDraft(draft: string, logins: readonly SavedLogin[]): readonly string[] {
  try {
    if (lstatSync(draft, { throwIfNoEntry: false }) === undefined) return [];
    const files = logins.flatMap(({ file }) => (file === undefined ? [] : [authFile.endOfLinks(file)]));
    if (!files.some((file) => dirname(draft) === dirname(file))) {
      return ["The saved state 'draft' is invalid and was skipped"];
    }
    authFile.removeDraft(draft);
    return [];
  } catch (error) {
    return [`${draft} could not be removed: ${singleLine(messageOf(error))}`];
  }
}
