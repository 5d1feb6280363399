import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');

/** The folders in the order of the table in docs/architecture.md. */
function foldersOfThePage() {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const rows = page.matchAll(/^\| `(src(?:\/[\w-]+)?)` \|/gm);

  return [...rows].map(([, folder = '']) => folder);
}

/** Types count, too: who reads one file should not have to read the folder above it. */
function importsOf(file: string) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const paths = text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g);

  return [...paths].map(([, path = '']) => dirname(join(dirname(file), path)));
}

test('a folder imports only itself and folders below it, as the page on the architecture lists them', () => {
  const order = foldersOfThePage();
  const files = globSync('src/**/*.ts', { cwd: ROOT });

  const upward = files.flatMap((file) => {
    const own = order.indexOf(dirname(file));
    const imported = importsOf(file).filter((folder) => order.indexOf(folder) < own);
    return imported.map((folder) => `${file} imports ${folder}`);
  });

  expect(files.length).toBeGreaterThan(30);
  expect(upward).toEqual([]);
});
