import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FileKind } from './known-clients.ts';

/** The variables that decide in which file a client keeps its logins. */
export const LOCATION_VARIABLES = [
  'DOCKER_CONFIG',
  'REGISTRY_AUTH_FILE',
  'HELM_REGISTRY_CONFIG',
  'HELM_CONFIG_HOME',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
  'HOME',
  'USERPROFILE',
];

/**
 * Those variables that are set, with absolute paths: post can run in another directory than main.
 */
export function locationVariables(env: NodeJS.ProcessEnv) {
  const variables: Record<string, string> = {};
  for (const name of LOCATION_VARIABLES) {
    const path = env[name];
    if (path) variables[name] = resolve(path);
  }
  return variables;
}

/**
 * The file in which the clients of a kind keep their logins; undefined if only the client knows.
 */
export function authFilePath(kind: FileKind, env: NodeJS.ProcessEnv): string | undefined {
  if (kind === 'docker') return join(dockerDirectory(env), 'config.json');
  return kind === 'helm' ? helmFile(env) : containersFile(env);
}

export const dockerDirectory = (env: NodeJS.ProcessEnv) =>
  resolve(env['DOCKER_CONFIG'] ?? join(home(env), '.docker'));

const home = (env: NodeJS.ProcessEnv) =>
  env[process.platform === 'win32' ? 'USERPROFILE' : 'HOME'] ?? homedir();

function containersFile(env: NodeJS.ProcessEnv) {
  const { REGISTRY_AUTH_FILE, DOCKER_CONFIG, XDG_RUNTIME_DIR } = env;
  if (REGISTRY_AUTH_FILE) return REGISTRY_AUTH_FILE;

  // Seen with podman 5.4.
  if (DOCKER_CONFIG) return authFilePath('docker', env);

  if (XDG_RUNTIME_DIR) return join(XDG_RUNTIME_DIR, 'containers', 'auth.json');

  // podman and buildah choose different ones for users other than root.
  return process.getuid?.() === 0 ? '/run/containers/0/auth.json' : undefined;
}

/** Outside Linux, helm has another default, and the action finds no file in this one. */
function helmFile(env: NodeJS.ProcessEnv) {
  const { HELM_REGISTRY_CONFIG, HELM_CONFIG_HOME, XDG_CONFIG_HOME } = env;
  if (HELM_REGISTRY_CONFIG) return HELM_REGISTRY_CONFIG;

  if (HELM_CONFIG_HOME) return join(HELM_CONFIG_HOME, 'registry', 'config.json');

  const config = XDG_CONFIG_HOME ?? join(home(env), '.config');
  return join(config, 'helm', 'registry', 'config.json');
}
