import { type Stats, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { type Environment, variable } from '../runner/environment.ts';
import * as log from '../runner/log.ts';
import { singleLine } from '../runner/safe-text.ts';
import { readAuthFile } from './auth-file.ts';
import { authFileLocation, LOCATION_VARIABLES } from './auth-file-location.ts';
import type { ContainerClient } from './client.ts';

/**
 * Warns of what users may not expect of the auth files that are about to be written: once for each file, not for each
 * registry.
 *
 * @param environment of the step, before input `isolate-docker-config` moves any variable
 */
export function warnOfAuthFiles(clients: readonly ContainerClient[], environment: Environment): void {
  const warnings = clients.flatMap((client) => [
    ...literalTildes(client, environment),
    ...ownedByAnother(client),
    ...openToOthers(client),
    ...settingsToLose(client),
  ]);
  for (const warning of new Set(warnings)) log.warning(warning);
}

/** A shell expands `~`. The runner, which sets the variables of a workflow, does not, and neither do the clients. */
function literalTildes({ tool }: ContainerClient, environment: Environment): readonly string[] {
  const { file } = authFileLocation(tool.keepsIn, environment);
  return LOCATION_VARIABLES.flatMap((name) => {
    const value = variable(environment, name);
    if (!value?.match(/^~(?:[\\/]|$)/)) return [];
    const path = resolve(value);
    // It may be the file itself.
    if (!file?.concat(sep).startsWith(path + sep)) return [];
    return `${name} is '${singleLine(value)}', and '~' is not expanded in a workflow: this is ${singleLine(path)}. Use the full path of the home directory.`;
  });
}

function ownedByAnother({ location: { file } }: ContainerClient): readonly string[] {
  const owner = statOf(file)?.uid;
  if (process.getuid?.() !== 0 || owner === undefined || owner === 0) return [];
  return [
    `This step runs as root, and ${file} belongs to the user ${owner}, who can read the logins in it and choose the credential helpers that root runs. Set HOME or DOCKER_CONFIG to a directory that belongs to root.`,
  ];
}

/** Clients keep the mode of their file too, but there the warning is up to them. */
function openToOthers({ tool, location: { file } }: ContainerClient): readonly string[] {
  const mode = (statOf(file)?.mode ?? 0) & 0o777;
  if (tool.commands !== undefined || process.platform === 'win32' || (mode & 0o077) === 0) return [];
  return [
    `${file} will hold the password, and other users can access it (mode ${mode.toString(8)}): chmod 600 it, or set input 'isolate-docker-config'.`,
  ];
}

/**
 * podman, buildah and skopeo write nothing but logins and helpers into the file that REGISTRY_AUTH_FILE names. In one
 * that DOCKER_CONFIG leads them to they keep other settings (both seen with podman 5.4 and skopeo 1.18).
 */
function settingsToLose({ tool, location: { variables } }: ContainerClient): readonly string[] {
  const file = variables['REGISTRY_AUTH_FILE'];
  if (tool.keepsIn !== 'containers' || !file) return [];
  const kept = ['auths', 'credHelpers'];
  const names = settingsIn(file).filter((name) => !kept.includes(name));
  if (names.length === 0) return [];
  return [
    `REGISTRY_AUTH_FILE names ${file}, and ${tool.name} will drop these settings from it: ${singleLine(names.join(', '))}. Give ${tool.name} a file of its own, or set input 'isolate-docker-config'.`,
  ];
}

function settingsIn(file: string): readonly string[] {
  try {
    return Object.keys(readAuthFile(file));
  } catch {
    // The client says what is wrong with it.
    return [];
  }
}

function statOf(file: string | undefined): Stats | undefined {
  try {
    return file === undefined ? undefined : statSync(file);
  } catch {
    // There is none yet, or the client says what is wrong with it.
    return undefined;
  }
}
