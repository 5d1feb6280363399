import { homedir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Failure } from '../errors/failure.ts';
import { type Environment, variable } from '../runner/environment.ts';
import type { FileKind } from './tool.ts';

/** Where a tool keeps its logins. */
export type AuthFileLocation = {
  /**
   * The variables that decide it. The tool is run with exactly these, null being one that is not set, so that post
   * finds the place again whatever has happened to the job's environment since.
   */
  readonly variables: Readonly<Record<string, string | null>>;
  /** The file; unknown where the tool alone decides it. */
  readonly file?: string;
};

/**
 * The place that is in force for a family of tools.
 * Throws a Failure where it would be in the user's home, and the user has none.
 */
export function authFileLocation(kind: FileKind, environment: Environment): AuthFileLocation {
  return PLACES[kind](environment);
}

/**
 * Throws a Failure where the user has no home that node could name. The AWS SDK asks for it at each call, for its
 * configuration files, and fails in words that tell nobody what to do.
 */
export function requireHome(): void {
  try {
    homedir();
  } catch (error) {
    throw noHome('DOCKER_CONFIG', error);
  }
}

/**
 * The user's home, also where HOME is there but empty: a relative path would put the logins into the checkout.
 * Throws a Failure where there is none.
 *
 * @param instead the variable that names a place which needs no home
 */
function homeDirectory(instead: string): string {
  try {
    return homedir() || userInfo().homedir;
  } catch (error) {
    throw noHome(instead, error);
  }
}

function noHome(instead: string, cause: unknown): Failure {
  return new Failure(
    {
      what: 'The user of this step has no home directory: HOME has no value, and the user has no entry in /etc/passwd.',
      means:
        'The pod runs as a user (runAsUser) that its image does not know. The AWS SDK looks for its configuration below the home, and the logins are kept there.',
      remedy: `Set HOME to a directory that this user may write to, in the pod template or in the workflow:\nenv:\n  HOME: /home/runner\nWhere it has to stay empty, ${instead} says where the logins go.`,
    },
    { cause },
  );
}

/** The directory of the docker configuration in force. Throws a Failure where it would be in a home that is not there. */
export function dockerDirectory(environment: Environment): string {
  return resolve(variable(environment, 'DOCKER_CONFIG') ?? join(homeDirectory('DOCKER_CONFIG'), '.docker'));
}

/** A directory's file of docker's, which podman and its kin read as well. */
export function dockerConfigFile(directory: string): string {
  return join(directory, 'config.json');
}

const PLACES: Readonly<Record<FileKind, (environment: Environment) => AuthFileLocation>> = {
  docker: (environment) => {
    const directory = dockerDirectory(environment);
    return { variables: { DOCKER_CONFIG: directory }, file: dockerConfigFile(directory) };
  },
  containers: containersPlace,
  // helm reads HELM_REGISTRY_CONFIG before the folders of its configuration (its packages cli and helmpath).
  helm: (environment) => {
    const file = resolve(variable(environment, 'HELM_REGISTRY_CONFIG') ?? defaultHelmFile(environment));
    return { variables: { HELM_REGISTRY_CONFIG: file }, file };
  },
};

/**
 * podman, buildah and skopeo: `REGISTRY_AUTH_FILE`, else docker's `config.json` where `DOCKER_CONFIG` is set (seen with
 * podman 5.4), else `containers/auth.json` below the user's runtime directory.
 */
function containersPlace(environment: Environment): AuthFileLocation {
  const authFile = variable(environment, 'REGISTRY_AUTH_FILE');
  const dockerConfig = variable(environment, 'DOCKER_CONFIG');
  const runtime = variable(environment, 'XDG_RUNTIME_DIR');
  const variables = {
    REGISTRY_AUTH_FILE: authFile === undefined ? null : resolve(authFile),
    DOCKER_CONFIG: dockerConfig === undefined ? null : resolve(dockerConfig),
    XDG_RUNTIME_DIR: runtime ?? null,
  };
  if (authFile !== undefined) return { variables, file: resolve(authFile) };
  if (dockerConfig !== undefined) return { variables, file: dockerConfigFile(resolve(dockerConfig)) };
  const file = defaultAuthFile(runtime);
  return file === undefined ? { variables } : { variables, file };
}

/** The auth file where no variable names one (containers-auth.json(5)). */
function defaultAuthFile(runtime: string | undefined): string | undefined {
  if (process.platform !== 'linux')
    return join(homeDirectory('REGISTRY_AUTH_FILE'), '.config', 'containers', 'auth.json');
  if (runtime !== undefined) return join(runtime, 'containers', 'auth.json');
  // Other users than root have none of their own then: podman and buildah make up two different ones.
  return process.getuid?.() === 0 ? '/run/containers/0/auth.json' : undefined;
}

/** The auth files in which podman and its kin look for a login, the one that counts most last. */
export function containersSources(environment: Environment): readonly string[] {
  const { variables, file } = containersPlace(environment);
  if (typeof variables['REGISTRY_AUTH_FILE'] === 'string') return [variables['REGISTRY_AUTH_FILE']];
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

/** The directory that a lock around changes of a place lies in; unknown with the file. */
export function directoryOf({ file }: AuthFileLocation): string | undefined {
  return file === undefined ? undefined : dirname(file);
}
