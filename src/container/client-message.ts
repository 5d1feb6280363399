import { singleLine } from '../runner/safe-text.ts';
import type { ProcessResult } from './process.ts';

/** Why a client failed that ended by itself, on one line: its message, or else its exit code or signal. */
export function failureReason({ stderr, stdout, exitCode, signal }: ProcessResult): string {
  const message = clientMessage(stderr) || clientMessage(stdout) || singleLine(stderr) || singleLine(stdout);
  if (signal !== null) return `${message || 'no output'}, ended by signal ${signal}`;
  return singleLine(message || `no output, exit code ${exitCode}`);
}

/**
 * The error message of a client, on one line; empty where it printed none. Warnings and log lines of its libraries, which
 * can stand before and after it, are left out. skopeo logs the error itself, with level fatal or error, and leaves the
 * quotes out around a single word.
 */
export function clientMessage(output: string): string {
  const lines = output.split(/[\r\n]+/).map((line) => line.trim());
  const messages = lines
    .map((line) => loggedError(line) ?? line)
    .filter((line) => line !== '' && !/^(?:time="[^"]*" )?level=\w+ /.test(line) && !/^WARNING!/.test(line));
  return messages.join(' ');
}

const LOGGED_ERROR = /^(?:time="[^"]*" )?level=(?:fatal|error) msg=(?:"(.*)"|(\S+))$/;

function loggedError(line: string): string | undefined {
  const [, quoted, word] = LOGGED_ERROR.exec(line) ?? [];
  return quoted?.replaceAll('\\"', '"') ?? word;
}

/**
 * What a client says, also where it succeeds, of a configuration that it cannot read (docker CLI 28). It replaces such a
 * file by one with the new login alone.
 */
export function unreadableConfig(output: string): string | undefined {
  const found = /^WARNING: (Error (?:loading|parsing) config file.*)$/m.exec(output)?.[1];
  return found === undefined ? undefined : singleLine(found);
}
