import * as core from '@actions/core';
import type { RegistryToken } from './aws/token.ts';
import type { MovedVariable } from './clients/isolation.ts';
import { Failure } from './errors/failure.ts';
import * as log from './log.ts';

/** Without the file for outputs, the toolkit prints them to the log, the password among them. Throws a Failure then. */
export function requireOutputFile(): void {
  if (process.env['GITHUB_OUTPUT'] !== undefined) return;
  throw new Failure(
    'GITHUB_OUTPUT is not set, so the outputs of this step have no file. Run the action in a step of a workflow, and do not clear GITHUB_OUTPUT there.',
  );
}

/**
 * Has the runner mask what can log in to a registry. Call it before anything else can print it. Without `maskPassword`,
 * the password, or a file that contains it, can be handed to another job.
 */
export function maskTokens(tokens: readonly RegistryToken[], maskPassword: boolean): void {
  const conceal = maskPassword ? log.mask : log.hide;
  for (const { username, password } of tokens) {
    conceal(password);
    // The token itself, which is also what a client writes to its auth file.
    conceal(Buffer.from(`${username}:${password}`).toString('base64'));
  }
  if (maskPassword) return;
  log.warning(
    "Input 'mask-password' is 'false': the docker password is not masked. Do not print it, nor config.json.",
  );
}

/** Sets the output for the only registry of the step. Steps that run also if its login fails log out of it by this name. */
export const setRegistry = ({ registry }: RegistryToken): void =>
  core.setOutput('registry', registry);

/** Sets the outputs for the registries that were logged in to. */
export function setOutputs(tokens: readonly RegistryToken[]): void {
  if (tokens.length === 0) return;
  for (const { registry, username, password } of tokens) {
    const suffix = registry.replace(/\W+/g, '_');
    core.setOutput(`docker_username_${suffix}`, username);
    core.setOutput(`docker_password_${suffix}`, password);
  }
  core.setOutput('registries', JSON.stringify(tokens.map(({ registry }) => registry)));
  const expiresAt = earliestExpiry(tokens);
  if (expiresAt !== undefined) core.setOutput('expires-at', rfc3339(expiresAt));
}

/** Sets the outputs for the only registry of the step, once it was logged in to. */
export function setOnlyLogin({ username, password }: RegistryToken): void {
  core.setOutput('docker_username', username);
  core.setOutput('docker_password', password);
}

/** When the first of the passwords expires; undefined if no response says. */
export function earliestExpiry(tokens: readonly RegistryToken[]): Date | undefined {
  const times = tokens.flatMap(({ expiresAt }) => expiresAt?.getTime() ?? []);
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

/** A time in UTC, to the second: `2026-01-31T23:59:59Z`. */
export function rfc3339(time: Date): string {
  return time.toISOString().replace(/\.\d+/, '');
}

/** Has the steps that follow use the job's own docker configuration. */
export function exportVariables(moved: readonly MovedVariable[]): void {
  for (const { name, value } of moved) core.exportVariable(name, value);
}

/** Gives the variables their earlier values back, unless the job has set them to something else since. */
export function restoreVariables(moved: readonly MovedVariable[]): void {
  for (const { name, value, earlier } of moved) {
    if (process.env[name] === undefined || process.env[name] === value)
      core.exportVariable(name, earlier);
  }
}
