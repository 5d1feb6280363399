/** Builds the action again and compares it with dist, byte for byte. */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUILD = join(import.meta.dirname, 'build.ts');
const DIST = join(import.meta.dirname, '..', 'dist');

/** The files below a folder, by their paths from there. */
function filesBelow(folder: string): Map<string, string> {
  const files = new Map<string, string>();

  for (const name of globSync('**/*.*', { cwd: folder })) {
    files.set(name, readFileSync(join(folder, name), 'latin1'));
  }

  return files;
}

const folder = mkdtempSync(join(tmpdir(), 'check-dist-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
execFileSync(process.execPath, [BUILD, folder], { stdio: 'inherit' });

const built = filesBelow(folder);
const checkedIn = filesBelow(DIST);
const names = new Set([...built.keys(), ...checkedIn.keys()]);
const differing = [...names].filter((name) => built.get(name) !== checkedIn.get(name));

if (differing.length > 0) {
  const list = differing.sort().join(', ');
  console.error(`dist is not what the sources build; "npm run build" makes it: ${list}`);
  process.exitCode = 1;
} else {
  console.log(`dist is what the sources build: ${built.size} files.`);
}
