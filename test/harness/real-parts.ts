import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, test } from '@jest/globals';
import { findProgram } from './tools.ts';

/** What a test with real parts can need: a program by its name, or something of the machine. */
export type RealPart =
  | 'buildah'
  /** docker's plugin of that name. */
  | 'buildx'
  | 'docker'
  | 'docker-registry'
  | 'htpasswd'
  | 'openssl'
  | 'oras'
  | 'podman'
  | 'shellcheck'
  | 'skopeo'
  | 'tinyproxy'
  /** Root on Linux, allowed to make network and mount namespaces, with `ip`. */
  | 'namespaces'
  | 'ipv6'
  /** Where certificates of a test's own can be given to real container tools (`realRegistryNames`). */
  | 'linux'
  /** Where tools can be fakes, and runs of real ones are recorded: anywhere but on Windows. */
  | 'posix';

/** What `runInNamespace` needs in every case. */
export const NAMESPACE_PARTS: RealPart[] = ['namespaces', 'openssl', 'docker'];

function canMakeNamespaces(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || findProgram('ip') === undefined) {
    return false;
  }
  try {
    execFileSync('unshare', ['--mount', '--net', '--pid', '--fork', '--mount-proc', 'true'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

function hasBuildx(): boolean {
  try {
    execFileSync('docker', ['buildx', 'version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Whether a part is here. */
export function isHere(part: RealPart): boolean {
  switch (part) {
    case 'buildx':
      return hasBuildx();
    case 'namespaces':
      return canMakeNamespaces();
    case 'ipv6':
      return existsSync('/proc/net/if_inet6');
    case 'linux':
      return process.platform === 'linux';
    case 'posix':
      return process.platform !== 'win32';
    default:
      return findProgram(part) !== undefined;
  }
}

/** With REQUIRE_REAL_PARTS=1 a test whose parts are missing fails; else it is skipped, with what is missing in its name. */
const REQUIRED = process.env['REQUIRE_REAL_PARTS'] === '1';

const missingOf = (needs: readonly RealPart[]): RealPart[] => needs.filter((part) => !isHere(part));
const naming = (name: string, missing: readonly RealPart[]): string =>
  `${name} (needs ${missing.join(', ')})`;

function failsFor(missing: readonly RealPart[]): () => void {
  return () => {
    throw new Error(`not on this machine: ${missing.join(', ')}`);
  };
}

/** Describes tests that need real parts. */
export function describeReal(name: string, needs: readonly RealPart[], define: () => void): void {
  const missing = missingOf(needs);
  if (missing.length === 0) {
    describe(name, define);
  } else if (REQUIRED) {
    test(naming(name, missing), failsFor(missing));
  } else {
    describe.skip(naming(name, missing), define);
  }
}

/** jest's `test` and `test.each`, for tests that need real parts. */
export function testReal(...needs: RealPart[]): typeof test {
  const missing = missingOf(needs);
  if (missing.length === 0) return test;
  const define = (name: string, run: () => void): void => {
    if (REQUIRED) test(naming(name, missing), failsFor(missing));
    else test.skip(naming(name, missing), run);
  };
  const each = (rows: readonly unknown[]) => (name: string, run: () => void) => {
    if (REQUIRED) test(naming(name, missing), failsFor(missing));
    else test.skip.each(rows as [])(naming(name, missing), run);
  };
  return Object.assign(define, { each }) as unknown as typeof test;
}
