import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Failure } from '../errors/failure.ts';
import { type Environment, variable } from '../runner/environment.ts';
import type { FileKind, Tool } from './tool.ts';

/** The variables that decide where any of the tools keeps its logins. */
export const LOCATION_VARIABLES = [
  'DOCKER_CONFIG',
  'REGISTRY_AUTH_FILE',
  'HELM_REGISTRY_CONFIG',
  'HELM_CONFIG_HOME',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
  'HOME',
  'USERPROFILE',
  'APPDATA',
] as const;

/** Where a tool keeps its logins. */
export type AuthFileLocation = {
  /**
   * The variables that decide it, null being one that is not set. Main runs the tool with the values that it would have
   * without this action, and post with the same, whatever they are by then.
   */
  readonly variables: Readonly<Record<string, string | null>>;
  /** The file; undefined if only the tool knows it. */
  readonly file?: string;
};

/**
 * The location for a family of tools, by the variables of an environment.
 * Throws a Failure if it would be in the user's home, and the user has none.
 */
export function authFileLocation(kind: FileKind, environment: Environment): AuthFileLocation {
  const file = FILES[kind](environment);
  const variables = Object.fromEntries(LOCATION_VARIABLES.map((name) => [name, pathIn(environment, name)]));
  return file === undefined ? { variables } : { variables, file };
}

/** Post may run in another directory than main. */
function pathIn(environment: Environment, name: string): string | null {
  const path = variable(environment, name);
  return path === undefined || isAbsolute(path) ? (path ?? null) : resolve(path);
}

/**
 * Throws a Failure if the user has no home directory. The AWS SDK needs it at each call, for its configuration files, and
 * its own error does not say what to do.
 */
export function requireHome(): void {
  try {
    homedir();
  } catch (error) {
    throw noHome('DOCKER_CONFIG', error);
  }
}

/**
 * The user's home, also if HOME is set but empty: a relative path would put the logins into the checkout.
 * Throws a Failure if there is none.
 *
 * @param alternative the variable that names a location which needs no home
 */
function homeDirectory(alternative: string): string {
  try {
    return homedir() || userInfo().homedir;
  } catch (error) {
    throw noHome(alternative, error);
  }
}

/** What is said of a missing home, by the kind of system. */
const NO_HOME = {
  posix: {
    name: 'HOME',
    example: '/home/runner',
    cause: 'HOME has no value, and the user has no entry in /etc/passwd.',
    means: 'The pod runs as a user (runAsUser) that its image does not know.',
  },
  windows: {
    name: 'USERPROFILE',
    example: 'C:\\Users\\runner',
    cause: 'USERPROFILE has no value.',
    means: 'A workflow or the service of the runner has emptied the variable.',
  },
};

function noHome(alternative: string, cause: unknown): Failure {
  const system = NO_HOME[process.platform === 'win32' ? 'windows' : 'posix'];
  return new Failure(
    {
      what: `The user of this step has no home directory: ${system.cause}`,
      means: `${system.means} The AWS SDK looks for its configuration there, and the logins are kept there.`,
      remedy: `Set ${system.name} to a directory that this user can write, in the pod template or in the workflow:\nenv:\n  ${system.name}: ${system.example}\nIf it has to stay empty, ${alternative} says where the logins go.`,
    },
    { cause },
  );
}

/** The directory of docker's configuration. Throws a Failure if it would be in a home that does not exist. */
export function dockerDirectory(environment: Environment): string {
  return resolve(variable(environment, 'DOCKER_CONFIG') ?? join(homeDirectory('DOCKER_CONFIG'), '.docker'));
}

/** The file in such a directory, which podman, buildah and skopeo read as well. */
export function dockerConfigFile(directory: string): string {
  return join(directory, 'config.json');
}

const FILES: Readonly<Record<FileKind, (environment: Environment) => string | undefined>> = {
  docker: (environment) => dockerConfigFile(dockerDirectory(environment)),
  containers: containersFile,
  // helm reads HELM_REGISTRY_CONFIG before the directories of its configuration (its packages cli and helmpath).
  helm: (environment) =>
    resolve(variable(environment, 'HELM_REGISTRY_CONFIG') ?? defaultHelmFile(environment)),
};

/**
 * podman, buildah and skopeo: `REGISTRY_AUTH_FILE`, else docker's `config.json` if `DOCKER_CONFIG` is set (seen with
 * podman 5.4), else `containers/auth.json` below the user's runtime directory.
 */
function containersFile(environment: Environment): string | undefined {
  const authFile = variable(environment, 'REGISTRY_AUTH_FILE');
  if (authFile !== undefined) return resolve(authFile);
  const dockerConfig = variable(environment, 'DOCKER_CONFIG');
  if (dockerConfig !== undefined) return dockerConfigFile(resolve(dockerConfig));
  return defaultAuthFile(variable(environment, 'XDG_RUNTIME_DIR'));
}

/** The auth file if no variable names one (containers-auth.json(5)). */
function defaultAuthFile(runtime: string | undefined): string | undefined {
  if (process.platform !== 'linux')
    return join(homeDirectory('REGISTRY_AUTH_FILE'), '.config', 'containers', 'auth.json');
  if (runtime !== undefined) return resolve(runtime, 'containers', 'auth.json');
  // podman and buildah choose different ones for users other than root.
  return process.getuid?.() === 0 ? '/run/containers/0/auth.json' : undefined;
}

/** The files that may hold a tool's login: its own and, for docker, podman's. Many images have podman as `docker`. */
export function authFilesOf({ name }: Tool, { file, variables }: AuthFileLocation): readonly string[] {
  const environment = Object.fromEntries(
    Object.entries(variables).filter(([, path]) => path !== null),
  ) as Environment;
  const files = name === 'docker' ? [file, containersFile(environment)] : [file];
  return [...new Set(files.filter((path) => path !== undefined))];
}

/** The auth files in which podman, buildah and skopeo look for a login, the one that takes precedence last. */
export function containersSources(environment: Environment): readonly string[] {
  const file = containersFile(environment);
  if (variable(environment, 'REGISTRY_AUTH_FILE') !== undefined) return file === undefined ? [] : [file];
  const configHome =
    variable(environment, 'XDG_CONFIG_HOME') ?? join(homeDirectory('REGISTRY_AUTH_FILE'), '.config');
  const docker = dockerConfigFile(dockerDirectory(environment));
  const own = defaultAuthFile(variable(environment, 'XDG_RUNTIME_DIR'));
  const files = [docker, join(configHome, 'containers', 'auth.json'), own, file];
  return [...new Set(files.filter((path) => path !== undefined))];
}

function defaultHelmFile(environment: Environment): string {
  const own = variable(environment, 'HELM_CONFIG_HOME');
  if (own !== undefined) return join(own, 'registry', 'config.json');
  return join(configHome(environment), 'helm', 'registry', 'config.json');
}

function configHome(environment: Environment): string {
  const named = variable(environment, 'XDG_CONFIG_HOME');
  if (named !== undefined) return named;
  if (process.platform === 'darwin')
    return join(homeDirectory('HELM_REGISTRY_CONFIG'), 'Library', 'Preferences');
  if (process.platform === 'win32')
    return (
      variable(environment, 'APPDATA') ?? join(homeDirectory('HELM_REGISTRY_CONFIG'), 'AppData', 'Roaming')
    );
  return join(homeDirectory('HELM_REGISTRY_CONFIG'), '.config');
}

/** The directory of the auth file, which the lock is in; undefined with the file. */
export function directoryOf({ file }: AuthFileLocation): string | undefined {
  return file === undefined ? undefined : dirname(file);
}
