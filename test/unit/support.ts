import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, jest } from '@jest/globals';
import type { Failure } from '../../src/errors/failure.ts';
import type { Clock } from '../../src/time/retry.ts';
import { HttpStandIn } from '../harness/http-stand-in.ts';

// jest loads this module before each file of unit tests (setupFilesAfterEnv): each test has a home, an environment
// and arguments of its own, and prints nothing.

/** The first random case of the property tests. It is part of their names; `SEED=… npm test` repeats a run. */
export const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const { argv, env: inherited } = process;
const cleanups: (() => unknown)[] = [];
let printed = '';
let home = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'unit-'));
  process.env = { PATH: inherited['PATH'], HOME: home, AWS_EC2_METADATA_DISABLED: 'true' };
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});

afterEach(async () => {
  jest.restoreAllMocks();
  process.env = inherited;
  process.argv = argv;
  process.exitCode = undefined;
  for (const cleanup of cleanups.splice(0)) await cleanup();
  rmSync(home, { recursive: true, force: true });
});

/** A path in the home directory of the test. */
export const homeOf = (...names: string[]) => join(home, ...names);

/** Writes a program in the language of the shell into the home directory. Returns its path. */
export function program(name: string, script = '') {
  writeFileSync(homeOf(name), `#!/bin/sh\n${script}\n`);
  chmodSync(homeOf(name), 0o755);
  return homeOf(name);
}

/** What was printed so far: the debug log, or all but that. */
export const output = (kind: 'log' | 'debug' = 'log') =>
  printed.replace(kind === 'log' ? /^::debug::.*\n/gm : /^(?!::debug::).*\n/gm, '');

/** The secrets that the runner was told to mask, in order. */
export const masks = () =>
  [...output().matchAll(/^::add-mask::(.*)$/gm)].map(([, secret = '']) => secret);

/** The message of what something throws or rejects with, and the other parts if it is a Failure. */
export async function thrownBy(work: () => unknown) {
  try {
    await work();
  } catch (error) {
    const { errors = [error] } = error as AggregateError;
    const message = errors.map((one: Error) => one.message).join('\n');
    const { options: { area, knownError, details = '', situation, facts } = {} } = error as Failure;
    return { message, area, knownError, details, situation, facts };
  }
  throw new Error('nothing was thrown');
}

/** Fails if something takes more than linear time in 128 KB of a piece of text. Other processes do not count. */
export function expectLinear(piece: string, read: (text: string) => unknown) {
  const start = process.cpuUsage();
  read(piece.repeat((128 * 1024) / piece.length));
  if (process.cpuUsage(start).user > 2_000_000) throw new Error('it takes more than 2 s');
}

export type Answer = [status: number, body: string];

/** Starts a server on a free port of the loopback address, until the end of the test. Returns its URL. */
export async function standIn(answer: (headers: IncomingHttpHeaders) => Answer) {
  const server = new HttpStandIn(({ headers }) => {
    const [status, body] = answer(headers);
    return { status, body };
  });
  await server.listen();
  cleanups.push(() => server.stop());
  return server.url;
}

/** The URL of a server whose answers have no end. */
export async function endless(status: number) {
  const server = createServer((_request, response) => {
    response.writeHead(status);
    const more = setInterval(() => response.write('x'.repeat(16 * 1024)), 1);
    response.on('close', () => clearInterval(more));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  cleanups.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A clock whose waits end as soon as nothing else is left to do, in one hour at most. `onWait` is called at each end. */
export function fakeClock(
  random = 0.5,
  onWait = (_elapsedMs: number): unknown => undefined,
): Clock {
  // Not 0: a time is not a duration.
  const begin = 7_654_321;
  let now = begin;
  const timers = new Set<{ at: number; wake: () => void }>();
  const wakeFirst = () => {
    const [next] = [...timers].sort((one, other) => one.at - other.at);
    if (next === undefined || now > begin + 3_600_000) return;
    timers.delete(next);
    now = next.at;
    onWait(now - begin);
    next.wake();
  };
  const sleep = async (ms: number, signal: AbortSignal) => {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = { at: now + ms, wake: resolve };
    timers.add(timer);
    signal.addEventListener('abort', () => {
      timers.delete(timer);
      reject(signal.reason);
    });
    void setImmediate().then(wakeFirst);
    await promise;
  };
  return { now: () => now, random: () => random, sleep };
}

/** A signal that never aborts. */
export const { signal: NEVER } = new AbortController();

export const NETWORK = { httpProxy: '', maxAttempts: 1 };

/** A time that never comes. */
export const NO_END = Number.POSITIVE_INFINITY;

/** A token of a Kubernetes service account, without a signature that anybody could check. */
export const jwt = (claims: unknown) =>
  `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
