import type { FoundTool } from '../container/find-tool.ts';
import { logIn } from '../container/login.ts';
import { withTool } from '../container/tool.ts';
import type { Diagnosis } from '../errors/diagnosis.ts';
import type { Inputs } from '../inputs.ts';
import type { ClientConfig } from '../network/client-config.ts';
import { setListOutputs, setLoginOutputs } from '../outputs.ts';
import { earliestExpiry, remainingTime, rfc3339 } from '../registry/expiry.ts';
import type { RegistryLogin } from '../registry/login.ts';
import type { Environment } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { locateClients } from './locate-clients.ts';
import { LoginRecord } from './login-record.ts';

/** What the logins depend on. */
export type LoginChoice = Pick<Inputs, 'isolateDockerConfig' | 'skipLogout'> &
  Pick<ClientConfig, 'maxAttempts'> & {
    readonly environment: Environment;
    readonly signal: AbortSignal;
    /** Told of each login. */
    readonly diagnosis: Diagnosis;
  };

/**
 * Logs every tool in to every registry.
 * One after another: a container client reads, changes and writes back its configuration, so two at once would lose
 * entries. Each is saved before it can be written, so that a step that is cancelled in the middle is logged out of as well.
 * Throws at the first login that fails; the registries before it have their outputs.
 */
export async function logInToAll(
  tools: readonly FoundTool[],
  logins: readonly RegistryLogin[],
  choice: LoginChoice,
): Promise<void> {
  const { maxAttempts, signal, diagnosis } = choice;
  const done: RegistryLogin[] = [];
  try {
    const clients = await locateClients(tools, logins, choice);
    const record = new LoginRecord(clients, choice);
    for (const login of logins) {
      for (const client of clients) {
        signal.throwIfAborted();
        const { registry } = login;
        const tool = client.tool.name;
        log.info(`Logging in to registry ${registry}${withTool(tool)}`);
        const work = () =>
          logIn(client, login, {
            maxAttempts,
            signal,
            isIsolated: choice.isolateDockerConfig,
            onMayBeWritten: () => record.add(client, registry),
            // Post must not take away a login that was there before this step.
            onNotWritten: () => record.takeBack(client, registry),
          });
        await diagnosis.part(`Login to ${registry}${withTool(tool)}`, work, () => 'done');
      }
      setLoginOutputs(login);
      done.push(login);
    }
  } finally {
    setListOutputs(done);
    sayHowLong(done);
  }
}

function sayHowLong(logins: readonly RegistryLogin[]): void {
  const end = earliestExpiry(logins);
  if (end === undefined) return;
  const which = logins.length === 1 ? 'The login holds' : 'The logins hold';
  log.info(`${which} for ${remainingTime(end, new Date())}, until ${rfc3339(end)}`);
}
