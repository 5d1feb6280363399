import type { Environment } from '../environment.ts';
import { childEnvironment } from './child-environment.ts';
import type { CredentialPlace } from './credential-place.ts';
import type { FoundTool } from './find-tool.ts';

/** A tool that is logged in or out, and where it keeps the login. */
export type ContainerClient = FoundTool & { readonly place: CredentialPlace };

/**
 * The environment of a container client: the runner's, without the credentials that the client does not need, and
 * with the variables that lead to the place that this login belongs to.
 */
export function clientEnvironment(
  environment: Environment,
  variables: CredentialPlace['variables'],
): Environment {
  const inherited = Object.entries(childEnvironment(environment));
  const kept = inherited.filter(([name]) => !Object.hasOwn(variables, name));
  const placed = Object.entries(variables).filter(([, value]) => value !== null);
  return Object.fromEntries([...kept, ...placed]) as Environment;
}

/**
 * The words in which a client refused, on one line: log lines of its libraries and its warnings, which can stand
 * before or behind them, are left out. skopeo has its error itself in a log line, of level fatal.
 */
export function clientsWords(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).map((line) => line.trim());
  const words = lines
    .map((line) => line.match(FATAL)?.[1]?.replaceAll('\\"', '"') ?? line)
    .filter((line) => line !== '' && !/^(?:time="[^"]*" )?level=\w+ /.test(line) && !/^WARNING!/.test(line));
  return words.join(' ') || 'it said nothing';
}

const FATAL = /^(?:time="[^"]*" )?level=fatal msg="(.*)"$/;
