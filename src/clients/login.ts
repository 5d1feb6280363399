import { Failure } from '../errors/failure.ts';
import * as log from '../runner/log.ts';
import { backoffMs, retryLine, SYSTEM_CLOCK } from '../time/retry.ts';
import * as auth from './auth-file.ts';
import type { Client } from './client.ts';
import { withLock } from './lock.ts';
import {
  type AttemptOptions,
  attemptLogin,
  authOf,
  type Login,
  type Problem,
  warnOfVariable,
} from './login-attempt.ts';
import { isLasting } from './messages.ts';

/** An overloaded registry recovers within seconds, or takes longer: the pauses cover both. */
const LOGIN_BACKOFF = { baseMs: 1_000, capMs: 10_000 };

export type LoginOptions = AttemptOptions & {
  maxAttempts: number;
  /**
   * Called if the login failed and, for all that is known, is not written. An earlier login is
   * still there then.
   */
  onNotWritten: () => void;
};

/**
 * Logs in, with another attempt unless it would fail in the same way. Throws a Failure with the
 * client's message.
 */
export async function logIn(client: Client, login: Login, options: LoginOptions) {
  const problems: Problem[] = [];

  try {
    await repeatUntilDone(client, login, options, problems);
  } catch (error) {
    const inFile = loginInFile(auth.tryRead(client.file) ?? {}, login);
    const mayBeElsewhere = problems.some((problem) => problem.mayBeElsewhere);

    const isForPost = mustUndo(inFile, mayBeElsewhere);
    if (!isForPost) options.onNotWritten();
    throw error;
  }

  warnOfVariable(client, login);
}

type InFile = 'ours' | 'another' | 'none';

function loginInFile(config: auth.AuthFile, login: Login): InFile {
  if (auth.hasAuth(config, login.registry, authOf(login))) return 'ours';

  return auth.hasLogin(config, login.registry) ? 'another' : 'none';
}

/**
 * Whether post has to undo a login that failed. A login of an earlier step must stay: if the file
 * has one, the client has changed nothing.
 *
 * | The file has | An attempt may have written it elsewhere | Undo |
 * |---|---|---|
 * | our login | yes or no | yes |
 * | another login | yes or no | no |
 * | no login | yes | yes |
 * | no login | no | no |
 */
export const mustUndo = (inFile: InFile, mayBeElsewhere: boolean) =>
  inFile === 'ours' || (inFile === 'none' && mayBeElsewhere);

/** @param problems gets what stood in the way of each attempt that failed */
async function repeatUntilDone(
  client: Client,
  login: Login,
  options: LoginOptions,
  problems: Problem[],
) {
  const { signal, maxAttempts, endMs, clock = SYSTEM_CLOCK } = options;
  const attempt = () => attemptLogin(client, login, options);

  for (let number = 1; ; number += 1) {
    const startMs = clock.now();
    const problem = await withLock(client.file, signal, attempt, clock);
    if (problem === undefined) return;

    problems.push(problem);
    const { reason, isOverwritten } = problem;

    // The next attempt can take as long as this one, with its wait for the lock.
    const durationMs = clock.now() - startMs;
    const pauseMs = backoffMs(number, LOGIN_BACKOFF, clock.random);
    const nextEndMs = clock.now() + pauseMs + durationMs;
    const isLast = number >= maxAttempts || nextEndMs > endMs;

    // The login itself succeeded, so the step does not fail.
    if (isOverwritten && isLast) {
      return log.warning(`${reason}. Pulls and pushes can be denied.`);
    }

    const failure = failureOf(client, login, reason);
    if (isLast || signal.aborted || isLasting(reason)) throw failure;

    const what = `${client.name} login to registry ${login.registry}`;
    log.info(retryLine(`${what}: ${reason}`, `attempt ${number} of ${maxAttempts}`, pauseMs));
    try {
      await clock.sleep(pauseMs, signal);
    } catch {
      // The step was canceled in the pause. Why the attempt failed tells more.
      throw failure;
    }
  }
}

function failureOf({ name: tool }: Client, { registry }: Login, reason: string) {
  const region = /\.dkr[.-]ecr(?:-fips)?\.([\w-]+)\./.exec(registry)?.[1];

  return new Failure(`${tool} could not log in to registry ${registry}: ${reason}`, {
    area: 'client',
    facts: { tool, registry, region, endpoint: 'dkr' },
  });
}
