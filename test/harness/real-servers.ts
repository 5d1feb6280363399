import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Certificate } from './tls.ts';

/**
 * Starts the real registry (distribution) over TLS, at port 443 of an address. Returns a function
 * that stops the registry.
 */
export async function startRegistry(
  folder: string,
  host: string,
  { certificateFile, keyFile }: Certificate,
) {
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, 'config.yml');
  const logFile = join(folder, 'log');

  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    auth: { htpasswd: { realm: 'registry', path: join(folder, 'htpasswd') } },
    http: { addr: `${host}:443`, tls: { certificate: certificateFile, key: keyFile } },
  };
  writeFileSync(configFile, stringify(config));
  writeFileSync(join(folder, 'htpasswd'), '');

  const log = openSync(logFile, 'a');
  const child = spawn('docker-registry', ['serve', configFile], {
    stdio: ['ignore', log, log],
    env: {},
  });

  for (let tries = 0; tries < 400 && child.exitCode === null; tries += 1) {
    const socket = connect({ host, port: 443 });
    const isListening = await once(socket, 'connect').then(Boolean, () => false);
    socket.destroy();

    if (isListening) return () => end(child);
    await sleep(25);
  }

  throw new Error(`docker-registry does not listen:\n${readFileSync(logFile, 'utf8')}`);
}

async function end(child: ChildProcess) {
  if (child.kill()) await once(child, 'exit');
}

/** Makes this password the only one of the registry's user AWS. bcrypt reads 72 bytes of it. */
export function setPassword(folder: string, password: string) {
  const args = ['-niB', '-C', '4', 'AWS'];
  const line = execFileSync('htpasswd', args, { input: password.slice(0, 72) });

  // The registry reads the file again after each change.
  writeFileSync(join(folder, 'htpasswd'), line);
}
