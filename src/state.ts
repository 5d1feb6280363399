import * as core from '@actions/core';
import { LOCATION_VARIABLES } from './clients/auth-file-path.ts';
import type { Isolation } from './clients/isolation.ts';
import { CLIENTS, type ClientName } from './clients/known-clients.ts';
import * as log from './runner/log.ts';

/** A login that post has to undo. */
export type SavedLogin = { tool: ClientName; registry: string };

/** All that passes from main to post. It holds no secret: the runner keeps it in a plain file. */
export type State = {
  logins: SavedLogin[];
  /** The variables that say where the clients of main kept their logins. */
  variables: Readonly<Record<string, string>>;
  isolation?: Isolation;
};

const NOTHING: State = { logins: [], variables: {} };

/** The job hooks read and set it by this name, too. */
const NAME = 'login';

/** Saves what post has to undo while main goes on. */
export class StateWriter {
  #state = NOTHING;
  #isClosed = false;

  /** Saves at once that there is nothing to undo: from then on, no `STATE_…` that the job has set is read. */
  constructor() {
    this.save({});
  }

  /** Saves nothing from now on: input `skip-logout` leaves post nothing to undo. */
  close() {
    this.#isClosed = true;
  }

  save(change: Partial<State>) {
    if (this.#isClosed) return;

    this.#state = { ...this.#state, ...change };
    core.saveState(NAME, this.#state);
  }

  add(login: SavedLogin) {
    this.save({ logins: [...this.#allBut(login), login] });
  }

  remove(login: SavedLogin) {
    this.save({ logins: this.#allBut(login) });
  }

  #allBut({ tool, registry }: SavedLogin) {
    return this.#state.logins.filter((saved) => saved.tool !== tool || saved.registry !== registry);
  }
}

/** Reads what main has saved. What it says becomes arguments of programs, so a login of another form is left out. */
export function readState(text = core.getState(NAME)): State {
  if (text === '') return NOTHING;

  try {
    const state = JSON.parse(text) as State;
    const variables = Object.entries(state.variables);
    const known = variables.filter(([name]) => LOCATION_VARIABLES.includes(name));

    return {
      ...state,
      logins: state.logins.filter(isLogin),
      variables: Object.fromEntries(known),
    };
  } catch {
    // The parser's message would quote it.
    log.warning('The saved state cannot be read. No logout was made.');
    return NOTHING;
  }
}

/** The registry must not be an option of the program that it is given to. */
function isLogin({ tool, registry }: SavedLogin) {
  const isHost = /^\w[\w.-]*(?::\d+)?$/.test(registry);

  return isHost && Object.hasOwn(CLIENTS, tool);
}
