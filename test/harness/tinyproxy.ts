import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { endProcess, untilListening } from './server-process.ts';

/** The real proxy tinyproxy on loopback, with basic authentication. */
export class Tinyproxy {
  readonly port: number;
  readonly #directory: string;
  readonly #process: ChildProcess;

  private constructor(directory: string, port: number, child: ChildProcess) {
    this.#directory = directory;
    this.port = port;
    this.#process = child;
  }

  /** Starts it for one user. Neither user nor password may hold blanks: its configuration has no quotes. */
  static async start(directory: string, username: string, password: string): Promise<Tinyproxy> {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const port = await freePort();
    const config = [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'Allow 127.0.0.1',
      'Timeout 60',
      `LogFile "${join(directory, 'log')}"`,
      'LogLevel Connect',
      `BasicAuth ${username} ${password}`,
    ];
    writeFileSync(join(directory, 'tinyproxy.conf'), `${config.join('\n')}\n`, { mode: 0o600 });
    const child = spawn('tinyproxy', ['-d', '-c', join(directory, 'tinyproxy.conf')], { stdio: 'ignore' });
    const proxy = new Tinyproxy(directory, port, child);
    await untilListening({ name: 'tinyproxy', child, host: '127.0.0.1', port, log: () => proxy.log });
    return proxy;
  }

  /** Its log, which has a line for each request. */
  get log(): string {
    const file = join(this.#directory, 'log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  async stop(): Promise<void> {
    await endProcess(this.#process);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
