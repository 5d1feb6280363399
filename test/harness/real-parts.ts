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
  | 'tar'
  | 'jq';

const isRoot = process.getuid?.() === 0;

/** Other needs of a test, and how to find out if they are met. */
const OTHER_PARTS = {
  /** The plugin `buildx` of docker. */
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

/** What `runInNamespace` always needs. */
export const NAMESPACE: RealPart[] = ['namespaces', 'openssl', 'docker'];

function runs(...[program = '', ...args]: string[]) {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Other users cannot have these, even if everything is installed. */
const isForRoot = (part: RealPart) => part === 'root' || part === 'namespaces';

function isHere(part: RealPart) {
  return part in OTHER_PARTS
    ? OTHER_PARTS[part as keyof typeof OTHER_PARTS]()
    : findProgram(part) !== undefined;
}

/**
 * Whether a test is skipped for what is missing here, and the text for its name. With
 * REQUIRE_REAL_PARTS=1, the test is not skipped but fails.
 */
function missing(needs: RealPart[]) {
  const parts = needs.filter((part) => !isHere(part));

  const isPossible = isRoot || !parts.some(isForRoot);
  const isRequired = process.env['REQUIRE_REAL_PARTS'] === '1' && isPossible;

  return {
    text: parts.length === 0 ? '' : ` (needs ${parts.join(', ')})`,
    isSkipped: parts.length > 0 && !isRequired,
  };
}

/** jest's `describe`, for tests that need real parts. Skips the tests if parts are missing. */
export function describeReal(name: string, needs: RealPart[], define: () => void) {
  const { text, isSkipped } = missing(needs);

  (isSkipped ? describe.skip : describe)(name + text, define);
}

/**
 * jest's `test` and `test.each`, for tests that need real parts. Skips a test if parts are missing.
 */
export function testReal(...needs: RealPart[]): typeof test {
  const { text, isSkipped } = missing(needs);
  if (!isSkipped) return test;

  const each = (rows: unknown[]) => (name: string, run: () => void) =>
    test.skip.each(rows as [])(name + text, run);
  const define = (name: string, run: () => void) => test.skip(name + text, run);

  return Object.assign(define, { each }) as unknown as typeof test;
}
