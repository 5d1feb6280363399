import type { Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Environment, variable } from '../runner/environment.ts';
import { singleLine } from '../runner/safe-text.ts';

/** The AWS configuration files: the variable that names each, and its name in `~/.aws` without that variable. */
const CONFIG_FILES = [
  ['AWS_CONFIG_FILE', 'config'],
  ['AWS_SHARED_CREDENTIALS_FILE', 'credentials'],
] as const;

/**
 * Why the AWS configuration files cannot be read, one sentence for each. The SDK treats such a file as empty and says
 * nothing, so that the profiles in it do not exist for it. At its default location a file need not exist.
 */
export async function configFileProblems(environment: Environment): Promise<readonly string[]> {
  const problems: string[] = [];
  // The SDK takes HOME first on Windows, too; node does not.
  const home = variable(environment, 'HOME') ?? homedir();
  for (const [name, file] of CONFIG_FILES) {
    const named = variable(environment, name);
    const path = named?.replace(/^~(?=\/)/, () => home) ?? join(home, '.aws', file);
    const found = await stat(path).catch((error: unknown) => reasonOf(error));
    if (typeof found === 'string' && named === undefined) continue;
    const problem = typeof found === 'string' ? found : await readProblem(path, found);
    const subject = named === undefined ? singleLine(path) : `${name} names ${singleLine(named)}, which`;
    if (problem !== undefined) problems.push(`${subject} ${problem}.`);
  }
  return problems;
}

async function readProblem(path: string, found: Stats): Promise<string | undefined> {
  if (found.isDirectory()) return 'is a directory';
  // To open a pipe would wait for its other end.
  if (!found.isFile()) return undefined;
  try {
    await (await open(path)).close();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be read (${code})`;
}
