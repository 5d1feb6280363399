import {
  closeSync,
  fchmodSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { hasCode } from '../errors/failure.ts';
import { retryBriefly } from '../retry/retry-briefly.ts';
import type { Clock } from '../retry/waiting.ts';
import { PRODUCT } from '../runner/product.ts';
import type { AuthFile } from './auth-file.ts';

/** What a write depends on. */
export type WriteOptions = {
  /** Ends the retries of a rename. */
  readonly signal: AbortSignal;
  /** Told the path of the draft before it is written: if this process is killed, the draft stays, with its logins. */
  readonly onDraft?: (draft: string) => void;
  readonly clock?: Clock;
};

/**
 * Writes an auth file: a draft beside it, renamed to it, so that no reader ever sees half of it. Its mode and owner are
 * kept; a new file is for its owner alone. A symbolic link stays one: the file at its end is replaced, or made if it is
 * not there yet, as docker does.
 * Throws an Error if that fails. The file is then as it was, and the draft is gone.
 */
export async function writeAuthFile(file: string, config: AuthFile, options: WriteOptions): Promise<void> {
  const target = endOfLinks(file);
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const old = statSync(target, { throwIfNoEntry: false });
  await replaceAuthFile(target, config, options, old);
}

/**
 * The file at the end of a link, even if it is not there yet; the file itself if it is no link.
 * Throws if links lead in a circle.
 */
export function endOfLinks(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  const isLink = lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  // A relative link starts from the directory that it really is in.
  return isLink ? endOfLinks(resolve(realpathSync(dirname(file)), readlinkSync(file))) : file;
}

/** What is kept of the file that was there. */
type Kept = { readonly mode: number; readonly uid: number; readonly gid: number };

/** Puts a new file in the place of another one, or of a link, which is not followed. Throws as `writeAuthFile` does. */
export async function replaceAuthFile(
  file: string,
  config: AuthFile,
  { signal, onDraft, clock }: WriteOptions,
  kept?: Kept,
): Promise<void> {
  const draft = `${file}.${DRAFT_NAME}-${randomName()}`;
  onDraft?.(draft);
  const handle = openSync(draft, 'wx', 0o600);
  try {
    try {
      writeFileSync(handle, `${JSON.stringify(config, null, '\t')}\n`);
      if (kept !== undefined) keepOwnership(handle, kept);
    } finally {
      closeSync(handle);
    }
    await retryBriefly(() => renameSync(draft, file), isInUse, signal, clock);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

const DRAFT_NAME = `${PRODUCT.name}-draft`;

function randomName(): string {
  // Loaded when it is needed: it takes longer than all else that post loads, and post mostly writes no such file.
  return process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex');
}

function keepOwnership(handle: number, { mode, uid, gid }: Kept): void {
  fchmodSync(handle, mode & 0o777);
  if (process.getuid?.() === 0) fchownSync(handle, uid, gid);
}

/**
 * Whether a rename may have failed because another program has the file open, as it does on Windows
 * (seen with node 24 there). Elsewhere these codes mean that it is not allowed; trying again does no harm.
 */
function isInUse(error: unknown): boolean {
  return hasCode(error, 'EPERM', 'EACCES', 'EBUSY');
}

/**
 * Removes the draft that a process which was killed has left. One that is not there is as good as removed.
 * Throws an Error if it cannot be removed, or if the path is not that of a draft: it comes from the saved state.
 */
export function removeDraft(draft: string): void {
  if (!/-draft-[0-9a-f]{16}$/.test(basename(draft)) || !draft.includes(`.${DRAFT_NAME}-`)) {
    throw new Error(`${draft} is not a draft of this action`);
  }
  rmSync(draft, { force: true });
}
