import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { exec } from '@actions/exec';
import { cut } from '../runner/log.ts';

// The only module that runs programs.

/**
 * How much of what a program says on stderr is kept, in UTF-16 code units: more than an error
 * message, less than a flood.
 */
const LONGEST_OUTPUT = 64 * 1024;
/** How long a program can take to end after SIGTERM, in milliseconds, before it gets SIGKILL. */
const GRACE_MS = 1_000;
/**
 * How long to read on after a program's end, in milliseconds, if a program that it started holds
 * its output open.
 */
const DRAIN_MS = 1_000;

/**
 * What a container client does not get: AWS keys, the tokens of GitHub and the runner, inputs,
 * state, and the files by which a step changes its job. All else stays: clients and their
 * credential helpers need variables that no list knows.
 */
const NOT_FOR_CLIENTS = new RegExp(
  [
    '^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|BEARER_TOKEN_.*)$',
    '^(?:AWS|ACTIONS|GITHUB|GH)_(?:.*_)?TOKEN$',
    '^GITHUB_(?:ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$',
    '^(?:INPUT|STATE|ECR_LOGIN)_',
  ].join('|'),
);

export function clientEnvironment(env: NodeJS.ProcessEnv) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_FOR_CLIENTS.test(name)));
}

export type ProgramOptions = {
  env: NodeJS.ProcessEnv;
  /** Written to standard input, which is then closed. */
  input: string;
  /** In milliseconds. A program that runs longer is stopped. */
  deadlineMs: number;
  /** Stops the program as soon as it aborts. */
  signal: AbortSignal;
};

export type ProgramResult = {
  /** Null if a signal ended the program. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
  /** Why it was stopped; undefined if it ended by itself. */
  stopped: string | undefined;
};

/** Runs a program, one at a time. Rejects if it cannot be started. */
export async function runProgram(
  executable: string,
  args: string[],
  { env, input, deadlineMs, signal }: ProgramOptions,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const output = { stderr: '' };
  let child: ChildProcess | undefined;
  let stopped: string | undefined;

  // @actions/exec gives no handle of the program that it starts; node does, before the program has
  // any streams.
  const onChild = (message: unknown) => {
    child = (message as { process: ChildProcess }).process;
    process.nextTick(watch, child, output);
  };
  subscribe('child_process', onChild);

  const stop = (why: string) => {
    stopped = why;
    child?.kill();
    // Also what had not started yet.
    setTimeout(() => child?.kill('SIGKILL'), GRACE_MS).unref();
  };
  const onAbort = () => stop('the step ended before it was done');
  signal.addEventListener('abort', onAbort);

  const seconds = Math.round(deadlineMs / 100) / 10;
  const deadline = setTimeout(stop, deadlineMs, `timed out after ${seconds} s`);

  try {
    const exitCode = await exec(`"${executable}"`, args, {
      env: env as Record<string, string>,
      input: Buffer.from(input),
      silent: true,
      ignoreReturnCode: true,
      delay: DRAIN_MS,
    });

    return {
      exitCode,
      signal: child?.signalCode ?? null,
      stderr: cut(output.stderr, LONGEST_OUTPUT),
      stopped,
    };
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener('abort', onAbort);
    unsubscribe('child_process', onChild);

    // A program that it has started can still write to them.
    child?.stdout?.destroy();
    child?.stderr?.destroy();
  }
}

/**
 * Keeps the start of what a program prints on stderr, where clients put their errors, and reads on
 * so that the program can end. @actions/exec itself would keep a line of any length.
 */
function watch({ stdin, stdout, stderr }: ChildProcess, output: { stderr: string }) {
  stdout?.removeAllListeners('data').resume();
  stderr?.removeAllListeners('data').on('data', (data: Buffer) => {
    if (output.stderr.length <= LONGEST_OUTPUT) output.stderr += data;
  });

  // A program that ends without reading its input breaks the pipe. Its exit code tells more than
  // EPIPE does.
  stdin?.on('error', () => {});
}
