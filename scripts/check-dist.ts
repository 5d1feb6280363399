/** Builds the action again and compares it with dist/, byte for byte. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { bundle } from './bundle.ts';

const DIST = join(import.meta.dirname, '..', 'dist');

/** Names the files that are in one folder only, or differ. */
function differences(built: string, checkedIn: string): string[] {
  const names = new Set([built, checkedIn].flatMap((folder) => filesBelow(folder)));
  return [...names].sort().filter((name) => {
    const [left, right] = [built, checkedIn].map((folder) => read(join(folder, name)));
    return left === undefined || right === undefined || !left.equals(right);
  });
}

/** The paths of all files in a folder, from there. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'check-dist-'));
try {
  const built = await bundle(folder);
  const differing = differences(folder, DIST);
  if (differing.length > 0) {
    console.error(`dist/ is not what the sources build; "npm run build" makes it. ${differing.join(', ')}`);
    process.exitCode = 1;
  } else {
    console.log(`dist/ is what the sources build: ${built.length} files.`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
