import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Certificate } from './tls.ts';

/** A server of the machine that a test runs as a process of its own. */
export class RealServer {
  readonly host: string;
  readonly #log: string;
  readonly #child: ChildProcess;

  constructor(folder: string, command: readonly string[], host: string) {
    this.host = host;
    this.#log = join(folder, 'log');
    const log = openSync(this.#log, 'a');
    const [program = '', ...args] = command;
    this.#child = spawn(program, args, { stdio: ['ignore', log, log] });
  }

  /** What it has written to its log so far, with a line for each request. */
  get log(): string {
    return readFileSync(this.#log, 'utf8');
  }

  /** Waits until it takes connections. */
  async untilListening(port: number): Promise<this> {
    for (let tries = 0; tries < 400 && this.#child.exitCode === null; tries += 1) {
      const socket = connect({ host: this.host, port });
      const isListening = await once(socket, 'connect').then(Boolean, () => false);
      socket.destroy();
      if (isListening) return this;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`${this.#child.spawnfile} does not listen. Its log:\n${this.log}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    if (this.#child.kill()) await ended;
  }
}

/** Starts the real registry (distribution) over TLS, at port 443 of an address. Nobody can log in before `setPassword`. */
export function startRegistry(
  folder: string,
  address: string,
  { certificateFile, keyFile }: Certificate,
): Promise<RealServer> {
  mkdirSync(folder, { recursive: true });
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    auth: { htpasswd: { realm: 'registry', path: join(folder, 'htpasswd') } },
    http: { addr: `${address}:443`, tls: { certificate: certificateFile, key: keyFile } },
  };
  writeFileSync(join(folder, 'config.yml'), stringify(config));
  writeFileSync(join(folder, 'htpasswd'), '');
  const command = ['docker-registry', 'serve', join(folder, 'config.yml')];
  return new RealServer(folder, command, address).untilListening(443);
}

/** Has a registry let the user AWS in with this password, and with no other. bcrypt reads 72 bytes of a password. */
export function setPassword(folder: string, password: string): void {
  const options = { input: password.slice(0, 72), encoding: 'utf8' } as const;
  // The registry reads the file again when it has changed.
  writeFileSync(join(folder, 'htpasswd'), execFileSync('htpasswd', ['-niB', '-C', '4', 'AWS'], options));
}
