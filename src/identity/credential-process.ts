import { Failure, messageOf } from '../errors/failure.ts';
import type { Profiles } from './profile.ts';

// A command line can contain secrets, and so can what a process prints: neither goes to the log, nor to its debug lines.

/** How node words the failure of a command: its command line, then its standard error. */
const COMMAND_FAILED = /Command failed: .*/s;

/** A message of the SDK without the command line and the output of a `credential_process`. */
export function withoutCommand(message: string): string {
  return message.replace(COMMAND_FAILED, 'credential_process failed');
}

/**
 * The failure of a `credential_process`, with the profile that names it; undefined for any other error. The error itself
 * is not its cause, since the log shows causes.
 */
export function processFailure(error: unknown, profiles: Profiles): Failure | undefined {
  const message = messageOf(error);
  if (!COMMAND_FAILED.test(message)) return undefined;
  const [profile] = Object.entries(profiles).find(
    ([, { credential_process: command }]) => command !== undefined && message.includes(command),
  ) ?? ['unknown'];
  const what = `The credential_process of profile '${profile}' failed.`;
  return new Failure({ what, knownError: 'credential-process-failed', facts: { profile } });
}
