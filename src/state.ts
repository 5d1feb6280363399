import { type AuthFileLocation, LOCATION_VARIABLES } from './container/auth-file-location.ts';
import type { Isolation, MovedVariable } from './container/isolation/create.ts';
import { isToolName, type ToolName } from './container/tool.ts';
import * as core from './packages/actions-core.ts';
import { isJsonObject } from './runner/json-object.ts';

// All that passes from main to post. It holds no secret: the runner keeps it in a plain file.
//
// logins     the number of entries that follow
// login_<n>  a login, or empty if it was taken back
// isolation  the job's own docker configuration, or empty
// draft      the last draft of an auth file, or empty
// locked     the directories that main locks from time to time, or empty

/** Keeps named values from main to post. */
export type StateStore = {
  /** Returns the value of a name; empty if there is none. */
  readonly get: (name: string) => string;
  /** Saves a value, in place of an earlier one of that name. */
  readonly save: (name: string, value: string) => void;
};

/** The runner's state: post finds each value in its environment. */
export const RUNNER_STATE: StateStore = { get: core.getState, save: core.saveState };

/** A login that post has to undo. */
export type SavedLogin = AuthFileLocation & {
  readonly tool: ToolName;
  /** The registry host, as the container client was given it. */
  readonly registry: string;
};

/** Saves what post has to undo, while main goes on. */
export class StateWriter {
  readonly #store: StateStore;
  readonly #numbers = new Map<string, number>();
  #count = 0;

  private constructor(store: StateStore) {
    this.#store = store;
  }

  /**
   * Saves that there is nothing to undo yet. To be called before anything else: from then on, no value that a step has
   * put into the job's environment under a name of the state is read.
   */
  static begin(store: StateStore): StateWriter {
    for (const [name, value] of [
      ['logins', '0'],
      ['isolation', ''],
      ['draft', ''],
      ['locked', ''],
    ] as const) {
      store.save(name, value);
    }
    return new StateWriter(store);
  }

  /** Saves a login that may be written from now on; once, if called again for the same one. */
  addLogin(login: SavedLogin): void {
    const key = keyOf(login);
    if (this.#numbers.has(key)) return;
    this.#count += 1;
    this.#numbers.set(key, this.#count);
    this.#store.save(`login_${this.#count}`, JSON.stringify(login));
    this.#store.save('logins', String(this.#count));
  }

  /** Takes a login back that was not written. */
  takeBackLogin(login: SavedLogin): void {
    const number = this.#numbers.get(keyOf(login));
    if (number === undefined) return;
    this.#numbers.delete(keyOf(login));
    this.#store.save(`login_${number}`, '');
  }

  /** Saves that the job has, or is about to have, a docker configuration of its own. */
  saveIsolation(isolation: Isolation): void {
    this.#store.save('isolation', JSON.stringify(isolation));
  }

  /** Saves the path of the draft of an auth file before it is written; post removes it if it is still there. */
  saveDraft(path: string): void {
    this.#store.save('draft', path);
  }

  /** Saves the directories that are locked from time to time from now on; post removes a lock that main has left. */
  saveLocked(directories: readonly string[]): void {
    this.#store.save('locked', JSON.stringify(directories));
  }
}

const keyOf = ({ tool, registry }: SavedLogin): string => `${tool} ${registry}`;

/** What main has saved. */
export type SavedState = {
  readonly logins: readonly SavedLogin[];
  /** The job's own docker configuration, if main has created one. */
  readonly isolation: Isolation | undefined;
  /** The last draft of an auth file, which is there only if main was killed while it wrote that. */
  readonly draft: string | undefined;
  /** The directories that main may have left a lock in, if it was killed. */
  readonly locked: readonly string[];
  /** A message for each entry that is damaged. */
  readonly problems: readonly string[];
};

/** Reads what main has saved. What it says becomes arguments and paths, so an entry of another form is skipped. */
export function readState(store: StateStore): SavedState {
  const problems: string[] = [];
  const numbers = Array.from({ length: countOf(store, problems) }, (_, index) => index + 1);
  return {
    logins: numbers.flatMap((number) => entryOf(store, `login_${number}`, isSavedLogin, problems) ?? []),
    isolation: entryOf(store, 'isolation', isIsolation, problems),
    draft: store.get('draft') || undefined,
    locked: entryOf(store, 'locked', isListOfPaths, problems) ?? [],
    problems,
  };
}

function countOf(store: StateStore, problems: string[]): number {
  const text = store.get('logins') || '0';
  // No step has more: the runner hands them on as variables.
  if (/^\d{1,5}$/.test(text)) return Number(text);
  problems.push(invalid('logins'));
  return 0;
}

/** An entry of this form; undefined if there is none or, with a problem, if it is damaged. */
function entryOf<T>(
  store: StateStore,
  name: string,
  hasForm: (value: unknown) => value is T,
  problems: string[],
): T | undefined {
  const text = store.get(name);
  if (text === '') return undefined;
  const value = parsed(text);
  if (hasForm(value)) return value;
  problems.push(invalid(name));
  return undefined;
}

/** The value of a text of JSON; undefined if it is not one. The parser's own message would quote it. */
function parsed(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {}
  return value;
}

const invalid = (name: string): string => `The saved state '${name}' is invalid and was skipped`;

function isListOfPaths(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((path) => typeof path === 'string');
}

function isSavedLogin(value: unknown): value is SavedLogin {
  if (!isJsonObject(value)) return false;
  const { registry, tool, variables, file } = value;
  return (
    // It becomes an argument of the container client, and must not be an option.
    typeof registry === 'string' &&
    /^[\w[][\w.:[\]-]*$/.test(registry) &&
    typeof tool === 'string' &&
    isToolName(tool) &&
    isJsonObject(variables) &&
    Object.entries(variables).every(isLocationVariable) &&
    (file === undefined || typeof file === 'string')
  );
}

/** The client is given these, and no other variable from the state. */
function isLocationVariable([name, value]: readonly [string, unknown]): boolean {
  const known: readonly string[] = LOCATION_VARIABLES;
  return known.includes(name) && (value === null || typeof value === 'string');
}

function isIsolation(value: unknown): value is Isolation {
  if (!isJsonObject(value)) return false;
  const { directory, isFirst, moved } = value;
  return (
    typeof directory === 'string' &&
    typeof isFirst === 'boolean' &&
    Array.isArray(moved) &&
    moved.every(isMovedVariable)
  );
}

function isMovedVariable(value: unknown): value is MovedVariable {
  return (
    isJsonObject(value) && ['name', 'value', 'earlier'].every((field) => typeof value[field] === 'string')
  );
}
