import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repository } from '../../harness/paths.ts';

/** Where Debian has a program that is not in a package of its own name. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  buildx: ['docker-buildx'],
  docker: ['docker-cli'],
  htpasswd: ['apache2-utils'],
  namespaces: ['iproute2', 'mount', 'util-linux'],
};

/** What a test can need that is no program, or one that every Debian has. */
const NO_PROGRAMS = ['bash', 'compat-auth-file', 'ipv6', 'linux', 'posix'];

test('.ci/run installs every program that a test can need', () => {
  const parts = readFileSync(join(repository, 'test', 'harness', 'real-parts.ts'), 'utf8');
  const [, union = ''] = /export type RealPart =([^;]*);/.exec(parts) ?? [];
  const programs = [...union.matchAll(/^ +\| '([\w-]+)'/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !NO_PROGRAMS.includes(name));
  const needed = programs.flatMap((name) => PACKAGES[name] ?? [name]);
  const script = readFileSync(join(repository, '.ci', 'run'), 'utf8');
  expect(programs).toContain('docker-registry');
  expect(needed.filter((name) => !new RegExp(`[ (+]${name}[ )\\n]`).test(script))).toEqual([]);
});
