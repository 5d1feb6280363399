import { getEventListeners, once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type ProcessOptions, runProcess } from '../../../src/container/process.ts';
import { pretendPlatform } from '../platform.ts';

const never = new AbortController().signal;
const options: ProcessOptions = { env: {}, deadlineMs: 30_000, signal: never };
const run = (script: string, more: Partial<ProcessOptions> = {}) =>
  runProcess(process.execPath, ['-e', script], { ...options, ...more });

describe('runProcess', () => {
  test('gives the input and takes exit code and output', async () => {
    const script = `process.stdin.on('data', (d) => { console.log('out ' + d); console.error('err'); process.exitCode = 3 })`;
    expect(await run(script, { input: 'in' })).toEqual({
      exitCode: 3,
      signal: null,
      stdout: 'out in\n',
      stderr: 'err\n',
      ended: 'by-itself',
    });
  });

  test('gives an empty input where there is none', async () => {
    expect(await run('process.stdin.pipe(process.stdout)')).toMatchObject({ exitCode: 0, stdout: '' });
  });

  test('tells by which signal somebody else has ended it', async () => {
    expect(await run(`process.kill(process.pid, 'SIGKILL')`)).toMatchObject({
      exitCode: null,
      signal: 'SIGKILL',
      ended: 'by-itself',
    });
  });

  test('a program that does not read its input is no failure', async () => {
    const result = await run('process.exit(0)', { input: 'x'.repeat(1_000_000) });
    expect(result.exitCode).toBe(0);
  });

  test('keeps the beginning of a flood, and waits for its end', async () => {
    // In pieces, the last of which is kept in part.
    const script = `
      const write = (left) => left === 0 ? process.exit(7) : process.stdout.write('x'.repeat(1000), () => setImmediate(write, left - 1));
      write(2000);`;
    const { stdout, exitCode } = await run(script);
    expect(exitCode).toBe(7);
    expect(stdout).toBe('x'.repeat(64 * 1024));
  });

  test('gives the environment as it is told, and no more', async () => {
    const { stdout } = await run('console.log(JSON.stringify(process.env))', { env: { ONLY: 'this' } });
    expect(JSON.parse(stdout)).toEqual({ ONLY: 'this' });
  });

  test('a program that is not there is an error', async () => {
    await expect(runProcess('/nowhere/docker', [], options)).rejects.toThrow('ENOENT');
  });

  /** Cancels a program which does this when asked to end, as soon as it has a child which ignores that. */
  async function cancelWithChild(atRequest: string, stdio: 'inherit' | 'ignore') {
    // The grandchild holds a connection; its end is the end of the connection, and the other way round. The program waits for it.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const connected = once(server, 'connection');
    const grandchild = `process.on('SIGTERM', () => {}); require('net').connect(${port}, '127.0.0.1').on('error', () => {}).on('close', () => process.exit()); setInterval(() => {}, 1000)`;
    const script = `process.on('SIGTERM', () => { ${atRequest} }); require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: '${stdio}' })`;
    const cancel = new AbortController();
    const running = run(script, { signal: cancel.signal });
    const [socket] = await connected;
    socket.resume().on('error', () => {});
    const closed = once(socket, 'close');
    cancel.abort();
    const result = await running;
    await closed;
    server.close();
    return result;
  }

  test('cancelled, it ends the program with its children, also where they ignore being asked', async () => {
    expect(await cancelWithChild('', 'inherit')).toMatchObject({ exitCode: null, ended: 'aborted' });
  });

  test('cancelled, it lets the program clean up, and ends the children that this leaves', async () => {
    const result = await cancelWithChild(`console.log('clean'); process.exit(1)`, 'ignore');
    expect(result).toMatchObject({ exitCode: null, stdout: 'clean\n', ended: 'aborted' });
  });

  test('a program of another session that keeps the output open does not keep it waiting', async () => {
    const script = `const c = require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 90000)'], { detached: true, stdio: ['ignore', 'inherit', 'inherit'] }); console.log(c.pid); c.unref(); process.exit(0)`;
    const result = await run(script);
    expect(result).toMatchObject({ exitCode: 0, ended: 'by-itself' });
    process.kill(Number(result.stdout), 'SIGKILL');
  });

  test('a program whose start cannot be announced is ended', async () => {
    const started = join(mkdtempSync(join(tmpdir(), 'process-')), 'started');
    const script = `require('fs').writeFileSync(${JSON.stringify(started)}, ''); process.stdin.resume()`;
    const { signal } = new AbortController();
    const failing = run(script, {
      signal,
      onStarted: () => {
        throw new Error('no space left');
      },
    });
    await expect(failing).rejects.toThrow('no space left');
    // Its end takes the listener away.
    while (getEventListeners(signal, 'abort').length > 0) await new Promise((done) => setImmediate(done));
    rmSync(join(started, '..'), { recursive: true });
  });

  test('the deadline is a result of its own', async () => {
    expect(await run('setInterval(() => {}, 1000)', { deadlineMs: 1 })).toMatchObject({
      exitCode: null,
      signal: null,
      ended: 'deadline',
    });
  });

  test('cancelled before it begins, it ends at once', async () => {
    expect(await run('setInterval(() => {}, 1000)', { signal: AbortSignal.abort() })).toMatchObject({
      ended: 'aborted',
    });
  });
});

describe('no timer and no listener stays behind where the program', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test.each<[how: string, executable: string, cancelled: 'before' | 'running' | 'never']>([
    ['ends by itself', process.execPath, 'never'],
    ['is ended', process.execPath, 'running'],
    ['cannot be started', '/nowhere/docker', 'never'],
    ['cannot be started, in a step that is cancelled', '/nowhere/docker', 'before'],
  ])('%s', async (_, executable, cancelled) => {
    const cancel = new AbortController();
    const { signal } = cancel;
    if (cancelled === 'before') cancel.abort();
    const onStarted = () => {
      if (cancelled === 'running') cancel.abort();
    };
    const run = { ...options, signal, onStarted };
    await runProcess(executable, ['-e', 'process.stdin.resume()'], run).catch(() => {});
    expect(jest.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('on Windows', () => {
  let systemRoot: string;
  beforeEach(() => {
    pretendPlatform('win32');
    systemRoot = mkdtempSync(join(tmpdir(), 'windows-'));
  });
  afterEach(() => {
    rmSync(systemRoot, { recursive: true });
  });

  const end = () =>
    run('setInterval(() => {}, 1000)', {
      env: { SYSTEMROOT: systemRoot, SECRET: 'x' },
      signal: AbortSignal.abort(),
    });

  test('taskkill of the system ends the program, without the variables of the program', async () => {
    const seen = join(systemRoot, 'seen');
    const system32 = join(systemRoot, 'System32');
    mkdirSync(system32);
    const script = `#!/bin/sh\n/usr/bin/env >${seen}\necho "$@" >>${seen}\nkill -KILL $2\n`;
    writeFileSync(join(system32, 'taskkill.exe'), script, { mode: 0o755 });
    expect(await end()).toMatchObject({ exitCode: null, ended: 'aborted' });
    const lines = readFileSync(seen, 'utf8').trim().split('\n');
    expect(lines.at(-1)).toMatch(/^\/pid \d+ \/t \/f$/);
    expect(lines).toContain(`SystemRoot=${systemRoot}`);
    expect(lines).not.toContain('SECRET=x');
  });

  test('without taskkill the program itself is ended', async () => {
    expect(await end()).toMatchObject({ exitCode: null, ended: 'aborted' });
  });
});
