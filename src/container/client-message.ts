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
 * can stand before and after it, are left out. skopeo and buildah log the error itself. podman logs errors that it gets
 * over, such as a missing entry in /etc/subuid, and prints the one that it fails with.
 */
export function clientMessage(output: string): string {
  const lines = output.split(/[\r\n]+/).map((line) => line.trim());
  const failed = lines.flatMap((line) => (LOG_LINE.test(line) ? logged('fatal', line) : printed(line)));
  return (failed.length > 0 ? failed : lines.flatMap((line) => logged('error', line))).join(' ');
}

/** A line of the log of a library. The quotes are left out around a single word. */
const LOG_LINE = /^(?:time="[^"]*" )?level=(?<level>\w+) (?:msg=(?:"(?<quoted>.*)"|(?<word>\S+))$)?/;

function logged(wanted: string, line: string): string[] {
  const { level, quoted, word } = LOG_LINE.exec(line)?.groups ?? {};
  const message = quoted?.replaceAll('\\"', '"') ?? word;
  return level === wanted && message !== undefined ? [message] : [];
}

function printed(line: string): string[] {
  return line === '' || line.startsWith('WARNING!') ? [] : [line];
}

/**
 * What a client says, also where it succeeds, of a configuration that it cannot read (docker CLI 28). It replaces such a
 * file by one with the new login alone.
 */
export function unreadableConfig(output: string): string | undefined {
  const found = /^WARNING: (Error (?:loading|parsing) config file.*)$/m.exec(output)?.[1];
  return found === undefined ? undefined : singleLine(found);
}
