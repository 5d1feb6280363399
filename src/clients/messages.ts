import * as log from '../runner/log.ts';
import type { ProgramResult } from './process.ts';

// What clients say. The messages are those of docker 28, podman 5.4, buildah, skopeo, nerdctl, oras
// and helm, and of the libraries of Go that they all use.

/** Why a client failed, on one line: its message, or else its exit code or signal. */
export function failureReason(result: ProgramResult) {
  const { stderr, exitCode, signal, stopped } = result;
  if (stopped !== undefined) return stopped;

  const message = log.singleLine(clientMessage(stderr) || stderr.trim());

  if (signal !== null) return `${message || 'no output'}, ended by signal ${signal}`;
  return message || `no output, exit code ${exitCode}`;
}

/** A line that a library logs. The quotes are left out around a single word. */
const LOG_LINE =
  /^(?:time="[^"]*" )?level=(?<level>\w+) (?:msg=(?:"(?<quoted>.*)"|(?<word>\S+))$)?/;

/**
 * The error in a client's output, without warnings and the log of its libraries. skopeo and buildah
 * log the error itself; podman logs errors that it gets over, too, and prints the one that it fails
 * with.
 */
function clientMessage(output: string) {
  const errors: string[] = [];
  const logged: string[] = [];

  for (const text of output.split(/[\r\n]+/)) {
    const line = text.trim();
    const { level, quoted, word = '' } = LOG_LINE.exec(line)?.groups ?? {};
    const message = quoted?.replaceAll('\\"', '"') ?? word;

    const isPrinted = level === undefined && line !== '' && !line.startsWith('WARNING!');
    if (isPrinted) errors.push(line);
    if (level === 'fatal') errors.push(message);
    if (level === 'error') logged.push(message);
  }

  return (errors.length > 0 ? errors : logged).join(' ');
}

/**
 * What docker (28) says, also if it succeeds, of a configuration that it cannot read, and replaces
 * by the login alone.
 */
export function unreadableConfig(output: string) {
  return /^WARNING: (Error (?:loading|parsing) config file.*)$/m.exec(output)?.[1];
}

/** Errors that the next attempt meets again. All others are worth one. */
const LASTING = new RegExp(
  [
    'could not be (?:started|changed)',

    // Credential stores. A registry's 501 has the same words.
    'error (?:storing|getting) credentials',
    'failed to store the credentials',
    '(?<!501 )not implemented',

    // Files. Windows' own message is not listed: a file that another program has open is free a
    // moment later.
    'permission denied',
    'operation not permitted',
    'read-only file system',
    '(?:is|not) a directory',
    'no space left',
    'resource busy',
    'XDG_RUNTIME_DIR',
    'unmarshaling JSON',

    // The client and its system.
    'new[ug]idmap',
    'user namespace',
    'unknown userid',

    // The registry, and the way to it.
    'certificate',
    'server gave HTTP response to HTTPS client',
    'Proxy Authentication Required',
    '\\b40[03] (?:Bad Request|Forbidden)',
    '(?:status|code|registry):? 40[013]\\b',
    'unauthorized',
    'denied:',
    'no basic auth credentials',
    '(?:invalid|incorrect) username',
  ].join('|'),
  'i',
);

/** Whether the next attempt would fail with the same message. */
export const isLasting = (reason: string) => LASTING.test(reason);

const SAVING_FAILED =
  /(?:error (?:sav|stor)ing|failed to store the) credentials(?!.*file not found)/i;

/**
 * Whether the registry took the login and the client could not save it. A credential store can have
 * it all the same.
 */
export const isSavingFailure = (reason: string) => SAVING_FAILED.test(reason);
