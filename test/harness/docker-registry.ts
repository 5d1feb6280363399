import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { endProcess, untilListening } from './server-process.ts';
import type { Certificate } from './tls.ts';

/** bcrypt, which htpasswd and the registry use, reads no more of a password than this. */
const BCRYPT_BYTES = 72;

/** The real registry (distribution), with its own password file, over TLS. */
export class DockerRegistry {
  readonly address: string;
  readonly #directory: string;
  readonly #process: ChildProcess;

  private constructor(directory: string, address: string, child: ChildProcess) {
    this.#directory = directory;
    this.address = address;
    this.#process = child;
  }

  /** Starts a registry on port 443 of an address; nobody may log in until it has a password. */
  static async start(directory: string, address: string, certificate: Certificate): Promise<DockerRegistry> {
    mkdirSync(directory, { recursive: true });
    const config = {
      version: 0.1,
      log: { accesslog: { disabled: false } },
      storage: { filesystem: { rootdirectory: join(directory, 'data') } },
      auth: { htpasswd: { realm: 'registry', path: join(directory, 'htpasswd') } },
      http: {
        addr: `${address}:443`,
        tls: { certificate: certificate.certificateFile, key: certificate.keyFile },
      },
    };
    writeFileSync(join(directory, 'config.yml'), stringify(config));
    writeFileSync(join(directory, 'htpasswd'), '');
    const log = openSync(join(directory, 'log'), 'a');
    const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], {
      stdio: ['ignore', log, log],
    });
    const registry = new DockerRegistry(directory, address, child);
    await untilListening({
      name: 'docker-registry',
      child,
      host: address,
      port: 443,
      log: () => registry.log,
    });
    return registry;
  }

  /** Lets the user AWS in with this password, and with no other. */
  setPassword(password: string): void {
    const options = { input: password.slice(0, BCRYPT_BYTES), encoding: 'utf8' } as const;
    const line = execFileSync('htpasswd', ['-niB', '-C', '4', 'AWS'], options);
    // The registry reads the file again when it has changed.
    writeFileSync(join(this.#directory, 'htpasswd'), line);
  }

  /** The registry's log, which has a line for each request. */
  get log(): string {
    return readFileSync(join(this.#directory, 'log'), 'utf8');
  }

  async stop(): Promise<void> {
    await endProcess(this.#process);
  }
}
