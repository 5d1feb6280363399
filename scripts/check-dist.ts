/** Builds the action again and compares it with dist, byte for byte. */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** The files below a folder, by their paths from there. */
function filesBelow(folder: string): Map<string, string> {
  const names = globSync('**/*.*', { cwd: folder }).sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
}

const folder = mkdtempSync(join(tmpdir(), 'check-dist-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
execFileSync(process.execPath, [join(import.meta.dirname, 'build.ts'), folder], {
  stdio: 'inherit',
});
const [built, checkedIn] = [filesBelow(folder), filesBelow(join(ROOT, 'dist'))];
const differing = [...new Set([...built.keys(), ...checkedIn.keys()])].filter(
  (name) => built.get(name) !== checkedIn.get(name),
);
if (differing.length > 0) {
  console.error(
    `dist is not what the sources build; "npm run build" makes it: ${differing.join(', ')}`,
  );
  process.exitCode = 1;
} else {
  console.log(`dist is what the sources build: ${built.size} files.`);
}
