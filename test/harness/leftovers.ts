import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.ts';

/** The logins that are there before a job, by their host. */
type Logins = Record<string, { auth?: string }>;

/** Writes logins into docker's configuration of the home folder, as other jobs and people have left them. */
export function writeEarlierLogins(world: World, auths: Logins): void {
  const folder = join(world.home, '.docker');
  mkdirSync(folder, { mode: 0o700, recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths }), { mode: 0o600 });
}

/**
 * What a job has left behind once its post step is over, one line each: logins, locks, drafts, directories, and logins of
 * others that are lost.
 *
 * @param earlier the logins that were there before; one for a host that the job logged in to may be gone
 */
export function leftovers(world: World, earlier: Logins, hosts: readonly string[]): string[] {
  const folder = join(world.home, '.docker');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const logins = world.dockerLogins();
  const left = Object.entries(logins).filter(([host, { auth }]) => auth !== earlier[host]?.auth);
  const lost = Object.keys(earlier).filter((host) => !(host in logins) && !hosts.includes(host));
  const lines = [
    ...left.map(([host]) => `a login for ${host}`),
    ...lost.map((host) => `the login for ${host} is lost`),
    ...names.filter((name) => name !== 'config.json').map((name) => `${join(folder, name)}`),
    ...readdirSync(world.runnerTemp).map((name) => join(world.runnerTemp, name)),
    ...passwordsIn(world, world.home),
  ];
  return [...new Set(lines)];
}

/** The files that hold a password that the job got. */
function passwordsIn(world: World, folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return paths.filter((path) => {
    const text = readFileSync(path, 'utf8');
    return world.aws.issued.some(({ token }) => text.includes(token));
  });
}
