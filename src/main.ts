import { authorize } from './aws/authorize.ts';
import { clientSettings } from './aws/client.ts';
import { credentialProvider } from './aws/credentials.ts';
import { chooseSigner } from './aws/identity.ts';
import { stepRegion } from './aws/region.ts';
import type { RegistryLogin } from './aws/token.ts';
import { type ContainerClient, findContainerClient } from './container/docker.ts';
import { logIn } from './container/login.ts';
import type { Environment } from './environment.ts';
import { earliestExpiry, remainingTime, rfc3339 } from './expiry.ts';
import { joinFailures } from './failure/failure.ts';
import { type Inputs, readInputs } from './inputs.ts';
import * as log from './log.ts';
import { maskSecrets, setListOutputs, setLoginOutputs, setRegistryOutput } from './outputs.ts';
import { needsRegion, planCalls, type TokenCall } from './registry/calls.ts';
import { type SavedLogin, saveLogins } from './state.ts';

/**
 * The main stage: logs the container client in to every registry that the inputs ask for.
 * Registries that no token could be had for do not keep the others from being logged in to; a login that fails ends
 * the stage. Throws one error that names all that has failed; what was logged in to keeps its outputs, and is saved
 * for post.
 */
export async function main(environment: Environment, signal: AbortSignal): Promise<void> {
  const inputs = readInputs();
  const client = await findContainerClient(environment);
  const calls = await planStep(inputs, environment);

  const signer = chooseSigner(environment);
  log.info(`Signing with ${signer.name} (${signer.reason})`);
  const settings = clientSettings(environment, await credentialProvider(signer));

  const { logins, failures } = await authorize(calls, settings, signal);
  maskSecrets(logins, inputs.maskPassword);

  const problems = [...failures];
  await logInToAll(client, logins, inputs, environment, signal).catch((error) => problems.push(error));
  const [first, ...others] = problems;
  if (first !== undefined) throw joinFailures([first, ...others]);
  setRegistryOutput(logins.map(({ registry }) => registry));
}

async function planStep(inputs: Inputs, environment: Environment): Promise<readonly TokenCall[]> {
  const { registries, awsRegion } = inputs;
  const region = needsRegion(registries) ? await stepRegion(awsRegion, environment) : undefined;
  return planCalls(registries, region);
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
  const done: RegistryLogin[] = [];
  try {
    for (const login of logins) {
      signal.throwIfAborted();
      log.info(`Logging in to registry ${login.registry}`);
      saved.push({ registry: login.registry, dockerConfig: client.config });
      if (!skipLogout) saveLogins(saved);
      await logIn(client, login, environment, signal);
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
