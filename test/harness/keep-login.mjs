// Keeps a login in docker's configuration as docker's client does; run by the fakes of container tools.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const [stdinFile, ...argv] = process.argv.slice(2);
const directory = process.env.DOCKER_CONFIG || join(homedir(), '.docker');
const file = join(directory, 'config.json');
const config = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const host = argv.at(-1);
config.auths ??= {};
if (argv.includes('login')) {
  const username = argv[argv.indexOf('--username') + 1];
  const password = readFileSync(stdinFile, 'utf8').replace(/\r?\n$/, '');
  config.auths[host] = { auth: Buffer.from(`${username}:${password}`).toString('base64') };
} else {
  delete config.auths[host];
}
mkdirSync(directory, { recursive: true, mode: 0o700 });
writeFileSync(file, JSON.stringify(config, null, '\t'), { mode: 0o600 });
