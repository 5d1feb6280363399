import { expect, test } from '@jest/globals';
import { repositoryFiles, repositoryText } from './repository-files.ts';

const ARCHITECTURE = repositoryText('docs/architecture.md');

test('the architecture names every module of src, and no other', () => {
  const rows = ARCHITECTURE.split('\n').filter((line) => /^\| `[\w/-]+\.ts`/.test(line));
  const named = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]),
  );
  const modules = repositoryFiles('src', '.ts').map((path) => path.replace('src/', ''));
  expect(named.sort()).toEqual(modules.filter((path) => !path.endsWith('.d.ts')));
});

test('every file that the architecture names is there', () => {
  const named = [...ARCHITECTURE.matchAll(/`((?:src|scripts|test)\/[\w/.-]+)`/g)].map(
    (match) => match[1] ?? '',
  );
  const all = ['src', 'scripts', 'test'].flatMap((folder) => repositoryFiles(folder, ''));
  expect(named.length).toBeGreaterThan(3);
  expect(
    named.filter(
      (name) => !all.some((path) => path === name || path.startsWith(`${name.replace(/\/$/, '')}/`)),
    ),
  ).toEqual([]);
});

test('every module and folder in the diagram is there', () => {
  const diagram = /^```mermaid\n([\s\S]*?)^```$/m.exec(ARCHITECTURE)?.[1] ?? '';
  const named = [...diagram.matchAll(/[\w-]+(?:\/[\w-]+)*(?:\.ts|\/)(?=[",\s])/g)].map(
    ([name]) => `src/${name}`,
  );
  const all = repositoryFiles('src', '.ts');
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !all.some((path) => path.startsWith(name)))).toEqual([]);
});
