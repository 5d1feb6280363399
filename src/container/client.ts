import type { Environment } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';
import type { AuthFileLocation } from './auth-file-location.ts';
import { childEnvironment } from './child-environment.ts';
import type { FoundTool } from './find-tool.ts';
import type { ProcessResult } from './process.ts';

/** A tool that is logged in or out, and where it keeps the login. */
export type ContainerClient = FoundTool & { readonly place: AuthFileLocation };

/**
 * The environment of a container client: the runner's, without the credentials that the client does not need, and
 * with the variables that lead to the place that this login belongs to.
 */
export function clientEnvironment(
  environment: Environment,
  variables: AuthFileLocation['variables'],
): Environment {
  const inherited = Object.entries(childEnvironment(environment));
  const kept = inherited.filter(([name]) => !Object.hasOwn(variables, name));
  const placed = Object.entries(variables).filter(([, value]) => value !== null);
  return Object.fromEntries([...kept, ...placed]) as Environment;
}

/** Why a client that ended by itself did not succeed, on one line: in its own words, or else by how it ended. */
export function failureReason({ stderr, stdout, exitCode, signal }: ProcessResult): string {
  const words = clientMessage(stderr) || clientMessage(stdout) || singleLine(stderr) || singleLine(stdout);
  if (signal !== null) return `${words || 'it said nothing'}, and was ended by the signal ${signal}`;
  return words || `it said nothing, and ended with exit code ${exitCode}`;
}

/**
 * The words in which a client refused, on one line; empty where there are none: log lines of its libraries and its
 * warnings, which can stand before or behind them, are left out. skopeo has its error itself in a log line, of level
 * fatal or error; one word stands there without quotes.
 */
export function clientMessage(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).map((line) => line.trim());
  const words = lines
    .map((line) => fatalWords(line) ?? line)
    .filter((line) => line !== '' && !/^(?:time="[^"]*" )?level=\w+ /.test(line) && !/^WARNING!/.test(line));
  return words.join(' ');
}

const FATAL = /^(?:time="[^"]*" )?level=(?:fatal|error) msg=(?:"(.*)"|(\S+))$/;

function fatalWords(line: string): string | undefined {
  const [, quoted, word] = FATAL.exec(line) ?? [];
  return quoted?.replaceAll('\\"', '"') ?? word;
}
