import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');

/** Folders that are made, not written. */
const MADE = new Set(['.git', 'node_modules', 'dist', 'lib', 'coverage']);

/** Every written file of the repository whose name ends so, as a path from its root with forward slashes. */
export function repositoryFiles(under: string, ending: string): string[] {
  return readdirSync(join(ROOT, under), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => MADE.has(part)))
    .sort();
}

/** The text of a file, by its path from the repository's root. */
export function repositoryText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** What is at a path from the repository's root. */
export function kindOfPath(path: string): 'file' | 'folder' | 'nothing' {
  const whole = join(ROOT, path);
  if (!existsSync(whole)) return 'nothing';
  return statSync(whole).isDirectory() ? 'folder' : 'file';
}

/** The absolute path, for a tool that wants one. */
export function absolutePath(path: string): string {
  return join(ROOT, path);
}
