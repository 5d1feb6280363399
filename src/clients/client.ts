import { messageOf } from '../errors/failure.ts';
import { hideLogins } from './auth-file.ts';
import { authFilePath, LOCATION_VARIABLES } from './auth-file-path.ts';
import type { FoundClient } from './client-choice.ts';
import { failureReason } from './messages.ts';
import { clientEnvironment, type ProgramOptions, runProgram } from './process.ts';

export type Client = FoundClient & {
  /** The environment of its program. */
  env: NodeJS.ProcessEnv;
  /** The file in which it keeps its logins; undefined if only the client knows. */
  file: string | undefined;
};

/** @param variables where the clients keep their logins: those of main, also in post */
export function createClient(found: FoundClient, variables: Record<string, string>): Client {
  const inherited = Object.entries(clientEnvironment(process.env));
  const others = inherited.filter(([name]) => !LOCATION_VARIABLES.includes(name));
  const env = { ...Object.fromEntries(others), ...variables };

  hideLogins(env['DOCKER_AUTH_CONFIG'] ?? '');
  return { ...found, env, file: authFilePath(found.fileKind, env) };
}

/** Runs the program of a client. The reason says why it failed; there is none if it did not. */
export async function runClient(
  { name, prefix = [], executable, env }: Client,
  command: 'login' | 'logout',
  args: string[],
  options: Omit<ProgramOptions, 'env'>,
) {
  try {
    const allArgs = [...prefix, command, ...args];
    const result = await runProgram(executable, allArgs, { ...options, env });
    const { exitCode, stderr } = result;

    const reason = exitCode === 0 ? undefined : failureReason(result);
    return { reason, wasKilled: exitCode === null, stderr };
  } catch (error) {
    const cause = messageOf(error).replace(/^There was an error .* Error: /, '');
    return { reason: `${name} could not be started: ${cause}`, wasKilled: false, stderr: '' };
  }
}
