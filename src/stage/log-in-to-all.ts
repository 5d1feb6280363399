import { directoryOf } from '../container/auth-file-location.ts';
import type { ContainerClient } from '../container/client.ts';
import { logIn } from '../container/login.ts';
import { withTool } from '../container/tool.ts';
import type { Diagnosis } from '../errors/diagnosis.ts';
import { type SetOutput, setListOutputs, setLoginOutputs } from '../outputs.ts';
import { earliestExpiry, remainingTime, rfc3339 } from '../registry/expiry.ts';
import type { RegistryLogin } from '../registry/login.ts';
import * as log from '../runner/log.ts';
import type { StateWriter } from '../state.ts';

/** What the logins depend on. */
export type LoginOptions = {
  readonly maxAttempts: number;
  /** Whether the logins are in a configuration of the job's own. */
  readonly isIsolated: boolean;
  readonly signal: AbortSignal;
  /** Told of each login. */
  readonly diagnosis: Diagnosis;
  /** Told of each login that post has to undo; undefined where post is to leave them. */
  readonly state: StateWriter | undefined;
  readonly setOutput: SetOutput;
};

/**
 * Logs every client in to every registry.
 * One after another: a container client reads, changes and writes back its configuration, so two at once would lose
 * entries.
 * Throws at the first login that fails; the registries before it have their outputs.
 */
export async function logInToAll(
  clients: readonly ContainerClient[],
  logins: readonly RegistryLogin[],
  options: LoginOptions,
): Promise<void> {
  const { signal, setOutput, state } = options;
  const done: RegistryLogin[] = [];
  state?.saveLocked(directoriesOf(clients));
  try {
    for (const login of logins) {
      for (const client of clients) {
        signal.throwIfAborted();
        await logInClient(client, login, options);
      }
      setLoginOutputs(login, setOutput);
      done.push(login);
    }
  } finally {
    state?.saveLocked([]);
    setListOutputs(done, setOutput);
    logExpiry(done);
  }
}

function directoriesOf(clients: readonly ContainerClient[]): readonly string[] {
  const directories = clients.map(({ location }) => directoryOf(location));
  return [...new Set(directories.filter((directory) => directory !== undefined))];
}

/** Logs one client in to one registry. The login is saved before it can be written, so post undoes also one that is cut short. */
async function logInClient(
  client: ContainerClient,
  login: RegistryLogin,
  { maxAttempts, isIsolated, signal, diagnosis, state }: LoginOptions,
): Promise<void> {
  const { registry } = login;
  const tool = client.tool.name;
  const saved = { tool, registry, ...client.location };
  log.info(`Logging in to registry ${registry}${withTool(tool)}`);
  const options = {
    maxAttempts,
    isIsolated,
    signal,
    onMayBeWritten: (draft?: string) => {
      if (draft !== undefined) state?.saveDraft(draft);
      state?.addLogin(saved);
    },
    // Post must not remove a login that was there before this step.
    onNotWritten: () => state?.takeBackLogin(saved),
  };
  const work = () => logIn(client, login, options);
  await diagnosis.part(`Login to ${registry}${withTool(tool)}`, work, () => 'done');
}

function logExpiry(logins: readonly RegistryLogin[]): void {
  const end = earliestExpiry(logins);
  if (end === undefined) return;
  const subject = logins.length === 1 ? 'Login' : 'Logins';
  log.info(`${subject} valid for ${remainingTime(end, new Date())}, until ${rfc3339(end)}`);
}
