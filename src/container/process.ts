import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

// The one module that runs another program.

/** What to give a program, and how long it may take. */
export type ProcessOptions = {
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  /** Called once the program runs, before it gets any input. Where this throws, the program is ended. */
  readonly onStarted?: () => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In milliseconds; a program that runs longer is ended, with the programs it started. */
  readonly deadlineMs: number;
  /** Ends the program, and those it started, as soon as it aborts. */
  readonly signal: AbortSignal;
};

/** How a program ended, and what it printed. */
export type ProcessResult = {
  /** Null where the program did not end by itself. */
  readonly exitCode: number | null;
  /** The signal that another process, or the system, ended the program by; null where there was none. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: 'by-itself' | 'deadline' | 'aborted';
};

/** How much of each output stream is kept, in bytes: far more than an error message, far less than a flood. */
const KEPT_BYTES = 64 * 1024;

/** How long a program may take to end when it is asked to, in milliseconds, before it is made to. */
const GRACE_MS = 1_000;

/** How long to go on reading output after a program's end, in milliseconds, where another process holds it open. */
const DRAIN_MS = 1_000;

/**
 * Runs a program without a shell and waits for its end.
 * It gets a process group of its own (on Windows: its process tree), so that one that hangs goes with its children.
 * Rejects only where the program cannot be started, or `onStarted` throws.
 */
export function runProcess(
  executable: string,
  args: readonly string[],
  { input = '', onStarted, env, deadlineMs, signal }: ProcessOptions,
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(executable, args, { env, detached: process.platform !== 'win32', windowsHide: true });
    const stdout = keep(child.stdout);
    const stderr = keep(child.stderr);
    const endProgram = (): void => endTree(child, env);
    const limits = endInTime(endProgram, deadlineMs, signal);
    let drain: NodeJS.Timeout | undefined;

    child.on('error', (error) => {
      limits.release();
      reject(error);
    });
    // What the program started may stay, with its output open (a credential helper's agent): the program's own end counts.
    child.on('exit', () => {
      limits.release();
      drain = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, DRAIN_MS);
    });
    // 'close' and not 'exit': only then has all that was printed been read.
    child.on('close', (exitCode, endedBy) => {
      clearTimeout(drain);
      const ended = limits.ended();
      const how = ended === 'by-itself' ? { exitCode, signal: endedBy } : { exitCode: null, signal: null };
      resolve({ ...how, stdout: stdout(), stderr: stderr(), ended });
    });
    // A program that ends without reading its input breaks the pipe; its exit code tells more than EPIPE does.
    child.stdin.on('error', () => {});
    child.on('spawn', () => {
      try {
        onStarted?.();
        child.stdin.end(input);
      } catch (error) {
        endProgram();
        reject(error);
      }
    });
  });
}

/** What ends a program that does not end by itself. */
type Limits = {
  /** Why it has ended, as far as is known by now. */
  readonly ended: () => ProcessResult['ended'];
  /** To be called once it has ended. */
  readonly release: () => void;
};

/** Ends a program, and those it started, at its deadline, or as soon as the signal aborts. */
function endInTime(endProgram: () => void, deadlineMs: number, signal: AbortSignal): Limits {
  let ended: ProcessResult['ended'] = 'by-itself';
  const end = (why: 'deadline' | 'aborted'): void => {
    ended = why;
    endProgram();
  };
  const onAbort = (): void => end('aborted');
  const deadline = setTimeout(end, deadlineMs, 'deadline');
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort);
  const release = (): void => {
    clearTimeout(deadline);
    signal.removeEventListener('abort', onAbort);
  };
  return { ended: () => ended, release };
}

/** Keeps the first bytes of a stream and lets the rest go by, so that a flood neither blocks nor fills the memory. */
function keep(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size >= KEPT_BYTES) return;
    chunks.push(chunk.subarray(0, KEPT_BYTES - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

/** Asks a program and those it started to end, and forces them if they do not. */
function endTree(child: ChildProcess, env: ProcessOptions['env']): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    endWindowsTree(child, pid, env);
    return;
  }
  signalGroup(pid, 'SIGTERM');
  const force = setTimeout(signalGroup, GRACE_MS, pid, 'SIGKILL');
  child.once('close', () => {
    clearTimeout(force);
    // What the program started may have outlived it.
    signalGroup(pid, 'SIGKILL');
  });
}

/**
 * Windows looks for a bare program name in the working directory first, a checkout, and taskkill needs none of the
 * variables that the client has.
 */
function endWindowsTree(child: ChildProcess, pid: number, env: ProcessOptions['env']): void {
  const systemRoot = env['SYSTEMROOT'] ?? 'C:\\Windows';
  const taskkill = spawn(join(systemRoot, 'System32', 'taskkill.exe'), ['/pid', String(pid), '/t', '/f'], {
    env: { SystemRoot: systemRoot },
    stdio: 'ignore',
    windowsHide: true,
  });
  taskkill.on('error', () => child.kill('SIGKILL'));
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}
