import * as core from '@actions/core';
import { LOCATION_VARIABLES } from './clients/auth-file-path.ts';
import type { Isolation } from './clients/isolation.ts';
import { CLIENTS, type ClientName } from './clients/known-clients.ts';
import { Failure } from './errors/failure.ts';
import * as log from './runner/log.ts';

/** A login that post has to undo. */
export type SavedLogin = { tool: ClientName; registry: string };

/**
 * What passes from main to post, with the plan. It holds no secret: the runner keeps it in a plain
 * file.
 */
export type State<Login = SavedLogin> = {
  logins: Login[];
  /** The variables that say where the clients of main kept their logins. */
  variables: Record<string, string>;
  isolation?: Isolation;
};

const NOTHING = { logins: [], variables: {} };

/**
 * The job hooks read and set it by this name, too, and the plan as `plan`: they tell them apart by
 * the first character.
 */
const NAME = 'login';

/**
 * How long a value can be for post to start: Linux takes 128 KB for a variable, its name included.
 */
const LONGEST_VALUE = 131_000;

/**
 * Saves what post has to undo while main goes on. The runner adds each value that is saved to a
 * file, so hosts and names are saved once, in the plan. A login is its number: the first host with
 * each client, then the next host.
 */
export class StateWriter {
  #state: State<number> = NOTHING;
  #isSaving = true;

  /**
   * Saves at once that there is nothing to undo: from then on, no `STATE_…` that the job has set is
   * read.
   */
  constructor() {
    this.plan([], []);
    this.save({});
  }

  /** Saves nothing from now on: input `skip-logout` leaves post nothing to undo. */
  stopSaving() {
    this.#isSaving = false;
  }

  /** Saves which logins there can be. Throws a Failure if they are too many. */
  plan(tools: ClientName[], hosts: string[]) {
    if (!this.#isSaving) return;

    const plan = JSON.stringify([tools, hosts]);
    const { length } = hosts;
    const most = Math.floor((length * LONGEST_VALUE) / plan.length);
    if (length > most) {
      throw new Failure(`${length} registries are too many: post can log out of about ${most}.`);
    }

    core.saveState('plan', plan);
  }

  save(change: Partial<State<number>>) {
    if (!this.#isSaving) return;

    this.#state = { ...this.#state, ...change };
    core.saveState(NAME, this.#state);
  }

  /** Saves whether post has to undo a login. */
  set(login: number, mayBeWritten: boolean) {
    const others = this.#state.logins.filter((saved) => saved !== login);

    this.save({ logins: mayBeWritten ? [...others, login] : others });
  }
}

/**
 * Reads what main has saved. What it says becomes arguments of programs, so a login of another form
 * is left out.
 */
export function readState(text = core.getState(NAME), plan = core.getState('plan')): State {
  if (text === '') return NOTHING;

  try {
    const state = JSON.parse(text) as State<number>;
    const [tools, hosts] = JSON.parse(plan) as [ClientName[], string[]];
    const all = hosts.flatMap((registry) => tools.map((tool) => ({ tool, registry })));

    const variables = Object.entries(state.variables);
    const known = variables.filter(([name]) => LOCATION_VARIABLES.includes(name));

    return {
      ...state,
      logins: state.logins.flatMap((login) => all[login] ?? []).filter(isLogin),
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
