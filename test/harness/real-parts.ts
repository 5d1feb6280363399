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

/**
 * Describes tests that need real parts. Where one is missing they are skipped by name or, with REQUIRE_REAL_PARTS=1,
 * a test fails that says which is missing.
 */
export function describeReal(name: string, needs: RealPart[], define: () => void): void {
  const missing = needs.filter((part) => !isHere(part));
  if (missing.length === 0) {
    describe(name, define);
  } else if (process.env['REQUIRE_REAL_PARTS'] === '1') {
    describe(name, () => {
      test(`needs ${missing.join(', ')}`, () => {
        throw new Error(`not on this machine: ${missing.join(', ')}`);
      });
    });
  } else {
    describe.skip(`${name} (needs ${missing.join(', ')})`, define);
  }
}
