import type { ContainerClient } from '../container/client.ts';
import type { Inputs } from '../inputs.ts';
import * as log from '../runner/log.ts';
import { type SavedLogins, saveLogins } from '../state.ts';

/** The logins of this step so far, saved for post at each change, unless nothing is to be logged out of. */
export class LoginRecord {
  readonly #registries: ReadonlyMap<ContainerClient, Set<string>>;
  readonly #choice: Pick<Inputs, 'isolateDockerConfig' | 'skipLogout'>;
  #isFull = false;

  constructor(
    clients: readonly ContainerClient[],
    choice: Pick<Inputs, 'isolateDockerConfig' | 'skipLogout'>,
  ) {
    this.#registries = new Map(clients.map((client) => [client, new Set()]));
    this.#choice = choice;
  }

  /** Notes a login that may be written from now on. The first that post cannot be told of any more is a warning. */
  add(client: ContainerClient, registry: string): void {
    const registries = this.#registries.get(client);
    if (registries?.has(registry)) return;
    registries?.add(registry);
    if (this.#save() || this.#isFull) return;
    this.#isFull = true;
    // The job's own configuration is removed as a whole, whatever is in it.
    if (this.#choice.isolateDockerConfig) return;
    log.warning(
      `There are more logins than the runner can hand on to the post step, which will not log out of registry ${registry}, nor of those after it.`,
    );
  }

  /** Takes a login back, where it was noted. */
  takeBack(client: ContainerClient, registry: string): void {
    if (this.#registries.get(client)?.delete(registry)) this.#save();
  }

  #save(): boolean {
    if (this.#choice.skipLogout) return true;
    const logins = [...this.#registries].map(
      ([{ tool, location }, registries]): SavedLogins => ({
        tool: tool.name,
        ...location,
        registries: [...registries],
      }),
    );
    return saveLogins(logins);
  }
}
