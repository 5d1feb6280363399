import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from '@jest/globals';
import { findProgram } from './tools.ts';

/** What a test with real parts can need: a program by its name, or something of the machine. */
export type RealPart =
  | 'bash'
  | 'buildah'
  /** podman and skopeo that leave alone what else docker's configuration holds. Older ones lack the option. */
  | 'compat-auth-file'
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
  /** Links to directories. On Windows these are junctions, which Wine does not have. */
  | 'directory links'
  /** Where certificates of a test's own can be given to real container tools (`realRegistryNames`). */
  | 'linux'
  /** Where tools can be fakes, and runs of real ones are recorded: anywhere but on Windows. */
  | 'posix';

/**
 * The program that runs bash. On Windows it is Git's, by its path: the name alone is that of WSL's, which comes first and
 * runs nothing where no Linux is installed.
 */
export const BASH =
  process.platform === 'win32'
    ? join(process.env['ProgramFiles'] ?? 'C:\\Program Files', 'Git', 'bin', 'bash.exe')
    : 'bash';

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

/** Whether a tool has the option `--compat-auth-file`, as its help says. */
function knowsCompatAuthFile(tool: string): boolean {
  try {
    return execFileSync(tool, ['logout', '--help'], { encoding: 'utf8' }).includes('--compat-auth-file');
  } catch {
    return false;
  }
}

function canLinkDirectories(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'directory-link-'));
  try {
    symlinkSync(directory, join(directory, 'link'), 'junction');
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true });
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
    case 'bash':
      return process.platform === 'win32' ? existsSync(BASH) : findProgram(BASH) !== undefined;
    case 'buildx':
      return hasBuildx();
    case 'namespaces':
      return canMakeNamespaces();
    case 'compat-auth-file':
      return ['podman', 'skopeo'].every(knowsCompatAuthFile);
    case 'directory links':
      return canLinkDirectories();
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
