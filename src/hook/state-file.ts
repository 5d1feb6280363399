import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, messageOf } from '../errors/failure.ts';
import { isJsonObject } from '../runner/json-object.ts';
import { singleLine } from '../runner/safe-text.ts';
import type { StateStore } from '../state.ts';

// Keeps the state from the job-started hook to the job-completed hook: in a directory of the runner's user, outside of
// the work folder, which job containers can write to. It holds no secret.

/** The state is in this file of the hook's directory. The scripts that start the hooks read `node` beside it. */
const STATE = 'state.json';
const NODE = 'node';

/** Whether an earlier job-started hook has left its state: the runner was ended before the job was. */
export function hasState(directory: string): boolean {
  return existsSync(directory);
}

/**
 * Creates the directory, with the path of this node, which the job-completed hook is run with.
 * Throws a Failure if that is not possible.
 */
export function createState(directory: string, node: string): StateStore {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, NODE), node, { mode: 0o600 });
  } catch (error) {
    throw new Failure(
      {
        what: `The job hook cannot keep its state in ${directory}: ${singleLine(messageOf(error))}`,
        remedy: 'Set HOME of the runner to a directory that its user can write to.',
      },
      { cause: error },
    );
  }
  return new StateFile(join(directory, STATE), {});
}

/** Reads what the job-started hook has saved. A file that is damaged counts as empty. */
export function openState(directory: string): StateStore {
  const file = join(directory, STATE);
  try {
    const values: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return new StateFile(file, isJsonObject(values) ? values : {});
  } catch {
    return new StateFile(file, {});
  }
}

/** Removes the directory. */
export function removeState(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

class StateFile implements StateStore {
  readonly #file: string;
  readonly #values: Record<string, unknown>;

  constructor(file: string, values: Record<string, unknown>) {
    this.#file = file;
    this.#values = values;
  }

  readonly get = (name: string): string => {
    const value = this.#values[name];
    return typeof value === 'string' ? value : '';
  };

  /** Written whole and renamed, so that a hook that is killed leaves no half of it. */
  readonly save = (name: string, value: string): void => {
    this.#values[name] = value;
    const draft = `${this.#file}.new`;
    writeFileSync(draft, JSON.stringify(this.#values), { mode: 0o600 });
    renameSync(draft, this.#file);
  };
}
