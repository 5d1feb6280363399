import { basename, join } from 'node:path';
import { type Environment, variable } from '../../runner/environment.ts';
import { PRODUCT } from '../../runner/product.ts';

// The directory of a job's own docker configuration, in the runner's temporary directory.

/** Names to try if others are taken. More than a few are taken only where directory modes do not count. */
const MOST_NAMES = 100;

/**
 * The paths that the directory of a job can have, in the order in which they are tried: named after the run and the
 * runner, so that each step of the job finds the one that another step has made.
 */
export function jobDirectories(temp: string, environment: Environment): readonly string[] {
  const run = ['GITHUB_RUN_ID', 'GITHUB_RUN_ATTEMPT'].map((name) => numberIn(environment, name));
  const job = ['GITHUB_JOB', 'RUNNER_NAME'].map((name) => variable(environment, name));
  const name = [PRODUCT.name, ...run, shortHash(JSON.stringify(job))].join('-');
  return Array.from({ length: MOST_NAMES }, (_, index) =>
    join(temp, index === 0 ? name : `${name}-${index + 1}`),
  );
}

function numberIn(environment: Environment, name: string): string {
  return variable(environment, name)?.match(/^\d+$/)?.[0] ?? '0';
}

/** Jobs and runners have names of any length, with any characters. */
function shortHash(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex').slice(0, 16);
}

const NAME = new RegExp(`^${PRODUCT.name}-\\d+-\\d+-[0-9a-f]{16}(?:-\\d+)?$`);

/**
 * Whether a path is one that this action gives to such a directory, written in the same way. The path of a link's end
 * (`…/` or `…/.`) is not.
 */
export function isJobDirectory(path: string, temp: string): boolean {
  const name = basename(path);
  return path === join(temp, name) && NAME.test(name);
}

/** The files in it that hold logins, by the kind of auth file. */
export const JOB_FILES = { docker: 'config.json', containers: 'auth.json', helm: 'helm.json' } as const;
