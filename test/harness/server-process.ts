import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

/** A server that a test runs as a process of its own. */
export interface ServerProcess {
  /** What it is called in errors. */
  name: string;
  child: ChildProcess;
  host: string;
  port: number;
  /** What it has written to its log so far. */
  log: () => string;
}

/** Waits until the server takes connections. Throws, with its log, where it ends by itself or takes none in time. */
export async function untilListening({ name, child, host, port, log }: ServerProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) {
      throw new Error(`${name} ended by itself. Its log:\n${log()}`);
    }
    if (await accepts(host, port)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} does not listen. Its log:\n${log()}`);
}

/** Ends a process, and waits for its end; one that has ended is left at that. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  }
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
