import * as core from '@actions/core';
import type { RegistryToken } from './aws/token.ts';
import { Failure } from './errors/failure.ts';
import { rfc3339 } from './expiry.ts';

/** Without the file for outputs, the toolkit prints them to the log, the password among them. Throws a Failure then. */
export function requireOutputFile(): void {
  if (process.env['GITHUB_OUTPUT'] !== undefined) return;

  throw new Failure(
    'GITHUB_OUTPUT is not set, so the outputs of this step have no file. Run the action in a step of a workflow, ' +
      'and do not clear GITHUB_OUTPUT there.',
  );
}

/** Sets the output for the only registry of the step. Steps that run also if its login fails log out of it by this name. */
export function setRegistry({ registry }: RegistryToken): void {
  core.setOutput('registry', registry);
}

/** Sets the outputs for the registries that were logged in to. */
export function setOutputs(tokens: readonly RegistryToken[], expiry: Date | undefined): void {
  if (tokens.length === 0) return;

  for (const { registry, username, password } of tokens) {
    const suffix = registry.replace(/\W+/g, '_');
    core.setOutput(`docker_username_${suffix}`, username);
    core.setOutput(`docker_password_${suffix}`, password);
  }

  const registries = tokens.map(({ registry }) => registry);
  core.setOutput('registries', JSON.stringify(registries));
  if (expiry !== undefined) core.setOutput('expires-at', rfc3339(expiry));
}

/** Sets the outputs for the only registry of the step, once it was logged in to. */
export function setOnlyLogin({ username, password }: RegistryToken): void {
  core.setOutput('docker_username', username);
  core.setOutput('docker_password', password);
}
