import type { MovedVariable } from './container/isolation/create.ts';
import { Failure, messageOf } from './errors/failure.ts';
import { exportVariable, setOutput } from './packages/actions-core.ts';
import { earliestExpiry, rfc3339 } from './registry/expiry.ts';
import type { RegistryLogin } from './registry/login.ts';
import { type Environment, variable } from './runner/environment.ts';
import * as log from './runner/log.ts';
import { singleLine } from './runner/safe-text.ts';

/**
 * Has the runner mask what can log in to a registry. To be called before anything else can print it.
 * With `maskPassword` off the password stays readable, so that it can be handed to another job; the token, which is
 * the password in base64, is masked all the same, since nobody hands that on.
 */
export function maskSecrets(logins: readonly RegistryLogin[], maskPassword: boolean): void {
  for (const { username, password, token } of logins) {
    log.mask(token);
    // What the client writes to its configuration: the same text, should the service ever pad it differently.
    log.mask(Buffer.from(`${username}:${password}`).toString('base64'));
    if (maskPassword) log.mask(password);
    else log.keepOut(password);
  }
  if (!maskPassword && logins.length > 0) {
    log.warning("The docker password is not masked, as input 'mask-password' asks; do not print it.");
  }
}

/** Sets one output of the step. */
export type SetOutput = (name: string, value: string) => void;

/** Sets it for the runner, which hands it to later steps. */
export const setRunnerOutput: SetOutput = setOutput;

/**
 * Requires the file for outputs. Without it, the toolkit prints outputs to the log, the password among them.
 * Throws a Failure if the runner gives none.
 */
export function requireOutputFile(environment: Environment): void {
  if (variable(environment, 'GITHUB_OUTPUT') !== undefined) return;
  throw new Failure({
    what: 'GITHUB_OUTPUT is not set, so the outputs of this step have no file to go to. No login was made.',
    remedy: 'Run the action in a step of a workflow, and do not set or clear GITHUB_OUTPUT there.',
  });
}

/** Sets the outputs of one registry that was logged in to. */
export function setLoginOutputs({ registry, username, password }: RegistryLogin, setOutput: SetOutput): void {
  const suffix = outputSuffix(registry);
  setOutput(`docker_username_${suffix}`, username);
  setOutput(`docker_password_${suffix}`, password);
}

/** Sets the outputs on all registries that were logged in to, in their order; none where there is no registry. */
export function setListOutputs(logins: readonly RegistryLogin[], setOutput: SetOutput): void {
  if (logins.length === 0) return;
  setOutput('registries', JSON.stringify(logins.map(({ registry }) => registry)));
  const expiresAt = earliestExpiry(logins);
  if (expiresAt !== undefined) setOutput('expires-at', rfc3339(expiresAt));
}

/** Sets `registry`, which has a value only where the step logs in to exactly one. */
export function setRegistryOutput(registries: readonly string[], setOutput: SetOutput): void {
  const [only, second] = registries;
  if (only !== undefined && second === undefined) setOutput('registry', only);
}

/** A registry host as a part of an output's name: what is no letter, digit or `_` becomes one `_` a run. */
export function outputSuffix(registry: string): string {
  return registry.replace(/\W+/g, '_');
}

/** Has the steps that follow use the job's own configuration. */
export function exportVariables(moved: readonly MovedVariable[]): void {
  for (const { name, value } of moved) exportVariable(name, value);
}

/**
 * Gives the variables their earlier values back (empty where they had none): the post steps of other actions run later.
 * One that a step of the job has set to something else since is left alone.
 * Gives the reasons of those that could not be given back.
 */
export function restoreVariables(
  moved: readonly MovedVariable[],
  environment: Environment,
): readonly string[] {
  return moved.flatMap(({ name, value, earlier }) => {
    const now = variable(environment, name);
    if (now !== undefined && now !== value) {
      log.debug(`${name} has been set to ${now} since, and stays so`);
      return [];
    }
    try {
      exportVariable(name, earlier);
      return [];
    } catch (error) {
      return [`${name} could not be given its earlier value: ${singleLine(messageOf(error))}`];
    }
  });
}
