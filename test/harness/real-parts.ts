import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from '@jest/globals';
import { repository } from './paths.ts';
import { findProgram } from './tools.ts';

/** The programs that a test can need. */
type Program =
  | 'docker'
  | 'podman'
  | 'buildah'
  | 'skopeo'
  | 'oras'
  | 'docker-registry'
  | 'htpasswd'
  | 'openssl'
  | 'shellcheck'
  | 'promtool'
  | 'git'
  | 'tar';

const isRoot = process.getuid?.() === 0;

/** What else a test can need of the machine. */
const OTHER_PARTS = {
  /** docker's plugin of that name. */
  buildx: () => runs('docker', 'buildx', 'version'),
  /** The history of this repository. */
  '.git': () => existsSync(join(repository, '.git')),
  root: () => isRoot,
  /** Root on Linux, allowed to make network and mount namespaces. */
  namespaces: () =>
    process.platform === 'linux' &&
    isRoot &&
    findProgram('ip') !== undefined &&
    runs('unshare', '--mount', '--net', '--pid', '--fork', '--mount-proc', 'true'),
} satisfies Record<string, () => boolean>;

export type RealPart = Program | keyof typeof OTHER_PARTS;

/** What `runInNamespace` needs in every case. */
export const NAMESPACE: readonly RealPart[] = ['namespaces', 'openssl', 'docker'];

function runs(...[program = '', ...args]: string[]) {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** No other user can have these, whatever is installed. */
const isForRoot = (part: RealPart) => part === 'root' || part === 'namespaces';

function isHere(part: RealPart) {
  return part in OTHER_PARTS
    ? OTHER_PARTS[part as keyof typeof OTHER_PARTS]()
    : findProgram(part) !== undefined;
}

/** What is missing here, as a part of a test's name, and whether it is skipped: with REQUIRE_REAL_PARTS=1 it runs and fails. */
function missing(needs: readonly RealPart[]): { text: string; isSkipped: boolean } {
  const parts = needs.filter((part) => !isHere(part));

  const isPossible = isRoot || !parts.some(isForRoot);
  const isRequired = process.env['REQUIRE_REAL_PARTS'] === '1' && isPossible;

  return {
    text: parts.length === 0 ? '' : ` (needs ${parts.join(', ')})`,
    isSkipped: parts.length > 0 && !isRequired,
  };
}

/** Describes tests that need real parts; without them, they are skipped by name. */
export function describeReal(name: string, needs: readonly RealPart[], define: () => void): void {
  const { text, isSkipped } = missing(needs);

  (isSkipped ? describe.skip : describe)(name + text, define);
}

/** jest's `test` and `test.each`, for tests that need real parts. */
export function testReal(...needs: RealPart[]): typeof test {
  const { text, isSkipped } = missing(needs);
  if (!isSkipped) return test;

  const each = (rows: readonly unknown[]) => (name: string, run: () => void) =>
    test.skip.each(rows as [])(name + text, run);
  const define = (name: string, run: () => void) => test.skip(name + text, run);

  return Object.assign(define, { each }) as unknown as typeof test;
}
