import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a test file says where it runs the harness's container tools, which are shell scripts, or bash by its bare name,
 * which is that of WSL, or goes by signals, by modes of files or by symbolic links: on Windows there are none of these, or
 * only for some.
 */
const NEEDS_POSIX =
  /harness\/(?:use-world|world|tools|namespace)\.ts'|'\/bin\/|Sync\('bash'|process\.kill\(|\b0o[0-7]{3}\b|symlinkSync\(/;

/** Whether a test, by its text, can run only on a system of the POSIX kind. */
export function needsPosix(text: string): boolean {
  return NEEDS_POSIX.test(text);
}

/** The test files, by their paths from the root of the repository, that Windows cannot run. */
export function posixTests(): string[] {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).map((name) => join('test', name));
  return files.filter((file) => file.endsWith('.test.ts') && needsPosix(readFileSync(file, 'utf8'))).sort();
}

/** The test files that this system leaves out. */
export const LEFT_OUT_HERE: readonly string[] = process.platform === 'win32' ? posixTests() : [];

/** A path as jest takes it to leave a file out: as a regular expression. */
export function asPattern(path: string): string {
  return path.replace(/[.\\]/g, '\\$&');
}
