import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from './stage.ts';

/** What one process took, its children included in both times. */
export interface Taken {
  /** From start to end, in milliseconds. */
  readonly wallMs: number;
  /** User and system, in milliseconds. */
  readonly cpuMs: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Runs a program to its end and takes its times. bash's `time` tells the processor time of a process with all the
 * children that it waited for, which node does not.
 * Throws where it does not end with 0.
 */
export async function measure({ command, env, input = '/dev/null' }: Run): Promise<Taken> {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" 2>&4 4>&-';
  const stdin = openSync(input, 'r');
  const startedAt = performance.now();
  const stdio = [stdin, 'pipe', 'pipe', 'ignore', 'pipe'] as const;
  const child = spawn('bash', ['-c', script, 'bench', ...command], { env, stdio: [...stdio] });
  closeSync(stdin);
  const texts = [1, 2, 4].map((stream) => collected(child.stdio[stream] as NodeJS.ReadableStream));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const [stdout, times, stderr] = texts.map((text) => text());
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}:\n${stdout}\n${stderr}`);
  const [real = 0, user = 0, system = 0] = (times ?? '').trim().split(' ').map(Number);
  return { wallMs: real * 1000, cpuMs: (user + system) * 1000, startedAt, endedAt: performance.now() };
}

function collected(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** The most memory that a node script ever held, in MB (10^6 bytes), without its children. */
export async function peakMemory({ command, env }: Run): Promise<number> {
  const [node = '', ...rest] = command;
  const file = join(env['RUNNER_TEMP'] ?? '', 'peak-memory');
  rmSync(file, { force: true });
  const hook = join(import.meta.dirname, 'peak-memory.mjs');
  await measure({ command: [node, '--import', hook, ...rest], env: { ...env, BENCH_PEAK_MEMORY: file } });
  if (!existsSync(file)) throw new Error(`${rest.join(' ')} told no peak of memory`);
  return Number(readFileSync(file, 'utf8')) / 1000;
}
