import { dirname, join } from 'node:path/posix';
import { describe, expect, test } from '@jest/globals';
import { repositoryFiles, repositoryText } from '../docs/repository-files.ts';

/** What a module may import: what stands after it. Modules of one line may import one another. */
const ORDER = [
  ['main.ts', 'post.ts', 'hook'],
  ['stage'],
  ['inputs.ts', 'outputs.ts', 'state.ts'],
  ['container', 'ecr'],
  ['identity'],
  ['pod-identity'],
  ['network'],
  ['retry'],
  ['registry'],
  ['errors'],
  ['runner'],
  ['packages'],
];

/** Folders of one line that must not import one another, though others may import both. */
const APART = [['container', 'ecr']];

type Import = { readonly from: string; readonly to: string };

const IMPORTS: readonly Import[] = repositoryFiles('src', '.ts').flatMap((from) =>
  [...repositoryText(from).matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)].map(([, to = '']) => ({
    from,
    to: join(dirname(from), to),
  })),
);

/** The folder of src that a module is in, or the module itself at the top of src. */
const partOf = (path: string): string => path.split('/')[1] ?? '';
const levelOf = (path: string): number => ORDER.findIndex((parts) => parts.includes(partOf(path)));

/** The modules that can be reached from one by its imports, types included. */
function reachedFrom(start: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (module: string): void => {
    for (const { to } of IMPORTS.filter(({ from }) => from === module)) {
      if (found.has(to)) continue;
      found.add(to);
      visit(to);
    }
  };
  visit(start);
  return found;
}

describe('the imports of src', () => {
  test('are read at all', () => expect(IMPORTS.length).toBeGreaterThan(200));

  test('make no cycle', () => {
    const modules = [...new Set(IMPORTS.map(({ from }) => from))];
    expect(modules.filter((module) => reachedFrom(module).has(module))).toEqual([]);
  });

  test('are of modules that have a place in the order', () => {
    const paths = IMPORTS.flatMap(({ from, to }) => [from, to]);
    expect(paths.filter((path) => levelOf(path) < 0)).toEqual([]);
  });

  test('go one way', () => {
    const wrong = IMPORTS.filter(
      ({ from, to }) =>
        levelOf(to) < levelOf(from) ||
        (partOf(from) !== partOf(to) &&
          APART.some((parts) => [from, to].every((path) => parts.includes(partOf(path))))),
    );
    expect(wrong).toEqual([]);
  });
});
