import { clientSettings } from './aws/client.ts';
import { credentialProvider } from './aws/credentials.ts';
import { chooseSigner } from './aws/identity.ts';
import { getAuthorizationTokens, type RegistryLogin } from './aws/token.ts';
import { type ContainerClient, findContainerClient } from './container/docker.ts';
import { logIn } from './container/login.ts';
import type { Environment } from './environment.ts';
import { type Inputs, readInputs } from './inputs.ts';
import * as log from './log.ts';
import { maskSecrets, setLoginOutputs, setRegistryOutput } from './outputs.ts';
import { planCalls } from './registry/calls.ts';
import { type SavedLogin, saveLogins } from './state.ts';

/**
 * The main stage: logs the container client in to every registry that the inputs ask for.
 * Throws at the first thing that fails; what was logged in to before keeps its outputs, and is saved for post.
 */
export async function main(environment: Environment, signal: AbortSignal): Promise<void> {
  const inputs = readInputs();
  const client = await findContainerClient(environment);

  const signer = chooseSigner(environment);
  log.info(`Signing with ${signer.name} (${signer.reason})`);
  const settings = clientSettings(environment, await credentialProvider(signer));

  const calls = planCalls(inputs.registryType, inputs.registries);
  const answers = await Promise.all(calls.map((call) => getAuthorizationTokens(call, settings, signal)));
  const logins = answers.flat();
  maskSecrets(logins, inputs.maskPassword);

  await logInToAll(client, logins, inputs, environment, signal);
  setRegistryOutput(logins.map(({ registry }) => registry));
}

/**
 * One after another: the container client reads, changes and writes back its configuration, so two at once would lose
 * entries. Each is saved before it is made, so that a step that is cancelled in the middle is logged out of as well.
 */
async function logInToAll(
  client: ContainerClient,
  logins: readonly RegistryLogin[],
  { skipLogout }: Inputs,
  environment: Environment,
  signal: AbortSignal,
): Promise<void> {
  const saved: SavedLogin[] = [];
  for (const login of logins) {
    log.info(`Logging in to registry ${login.registry}`);
    saved.push({ registry: login.registry, dockerConfig: client.config });
    if (!skipLogout) saveLogins(saved);
    await logIn(client, login, environment, signal);
    setLoginOutputs(login);
  }
}
