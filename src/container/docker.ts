import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { which } from '@actions/io';
import { type Environment, variable } from '../environment.ts';
import { knownFailure } from '../failure/explain.ts';

/** The docker client of this machine, and the configuration it reads and writes. */
export type ContainerClient = {
  readonly executable: string;
  /** Directory of the docker configuration in force. */
  readonly config: string;
};

/** Finds the docker client on the path. Throws a Failure where there is none. */
export async function findContainerClient(environment: Environment): Promise<ContainerClient> {
  const executable = await which('docker');
  if (executable === '') {
    const what = 'The container client docker is not on the path of this runner.';
    throw knownFailure('client-missing', what, { tool: 'docker' });
  }
  const config = resolve(variable(environment, 'DOCKER_CONFIG') ?? join(homedir(), '.docker'));
  return { executable, config };
}

/**
 * The environment of the container client: the runner's, without the credentials that the client does not need, and
 * with the docker configuration that this login belongs to.
 */
export function clientEnvironment(environment: Environment, dockerConfig: string): Environment {
  const kept = Object.entries(environment).filter(([name]) => !NOT_FOR_CHILDREN.has(name));
  return { ...Object.fromEntries(kept), DOCKER_CONFIG: dockerConfig };
}

const NOT_FOR_CHILDREN = new Set([
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
]);

/**
 * The words in which docker refused, on one line: log lines of its libraries and its warnings, which can stand before
 * or behind them, are left out.
 */
export function dockersWords(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).map((line) => line.trim());
  const words = lines.filter(
    (line) => line !== '' && !/^(?:time="[^"]*" )?level=\w+ /.test(line) && !/^WARNING!/.test(line),
  );
  return words.join(' ') || 'it said nothing';
}
