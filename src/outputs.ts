import * as core from '@actions/core';
import type { RegistryToken } from './aws/token.ts';
import { Failure } from './errors/failure.ts';
import * as log from './runner/log.ts';

/**
 * Without the file for outputs, the toolkit prints them to the log, the password among them. Throws
 * a Failure then.
 */
export function requireOutputFile() {
  if (process.env['GITHUB_OUTPUT'] !== undefined) return;

  throw new Failure(
    'GITHUB_OUTPUT is not set. Run the action in a step of a workflow, and do not clear it there.',
  );
}

/**
 * Sets the output for the only registry of the step. Steps that run also if its login fails log out
 * of it by this name.
 */
export function setRegistry({ registry }: RegistryToken) {
  core.setOutput('registry', registry);
}

/**
 * Sets the outputs for the registries that were logged in to, and logs how long the logins are
 * valid.
 */
export function setOutputs(tokens: RegistryToken[]) {
  for (const { registry, username, password } of tokens) {
    const suffix = registry.replace(/\W+/g, '_');
    core.setOutput(`docker_username_${suffix}`, username);
    core.setOutput(`docker_password_${suffix}`, password);
  }

  const registries = tokens.map(({ registry }) => registry);
  core.setOutput('registries', JSON.stringify(registries));

  const times = tokens.flatMap(({ expiresAt }) => expiresAt?.getTime() ?? []);
  if (times.length > 0) setExpiry(Math.min(...times));
}

/** @param time when the first of the passwords expires */
function setExpiry(time: number) {
  // In UTC, to the second.
  const rfc3339 = new Date(time).toISOString().replace(/\.\d+/, '');
  core.setOutput('expires-at', rfc3339);

  const minutes = Math.round((time - Date.now()) / 60_000);
  log.info(`Valid for ${Math.floor(minutes / 60)} h ${minutes % 60} min, until ${rfc3339}`);
}

/** Sets the outputs for the only registry of the step, once it was logged in to. */
export function setOnlyLogin({ username, password }: RegistryToken) {
  core.setOutput('docker_username', username);
  core.setOutput('docker_password', password);
}
