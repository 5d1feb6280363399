import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { NOT_FOR_CHILDREN } from '../../../src/container/child-environment.ts';

const DOCUMENT = readFileSync('docs/security.md', 'utf8');

function filesBelow(folder: string, ends: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith(ends)).map((name) => join(folder, name));
}

/** The names of the tests and groups of tests in a file. */
function titlesIn(file: string): Set<string> {
  const text = readFileSync(file, 'utf8');
  // A text in front of a function: what `test('…', () => …)` and `test.each(…)('…', async (…) => …)` have in common.
  const titles = text.matchAll(/\(\s*(['"`])((?:\\.|(?!\1)[^\\\n])*)\1,\s*(?:async\s+)?(?:\(|\w+\s*=>)/g);
  return new Set([...titles].map(([, , title = '']) => title.replace(/\\(.)/g, '$1')));
}

describe('the invariants of docs/security.md', () => {
  const chapter = DOCUMENT.split('\n## Invariants\n')[1]?.split('\n## ')[0] ?? '';
  const invariants = chapter
    .split('\n### ')
    .slice(1)
    .map((text) => ({
      name: text.split('\n')[0] ?? '',
      tests: [...text.matchAll(/^- `(test\/[^`]+)`: (.+)$/gm)].map(([, file = '', title = '']) => ({
        file,
        title,
      })),
    }));

  test('are there, each with a number', () => {
    expect(invariants.length).toBeGreaterThan(5);
    expect(invariants.map(({ name }) => Number.parseInt(name, 10))).toEqual(
      invariants.map((_, index) => index + 1),
    );
  });

  test.each(invariants)('name the tests that hold them: $name', ({ tests }) => {
    expect(tests).not.toEqual([]);
    for (const { file, title } of tests)
      expect({ file, titles: [...titlesIn(file)] }).toEqual({
        file,
        titles: expect.arrayContaining([title]),
      });
  });
});

test('every other test that the document names is there, too', () => {
  const named = [...DOCUMENT.matchAll(/^- `(test\/[^`]+)`: (.+)$/gm)];
  expect(named.length).toBeGreaterThan(50);
  const missing = named.filter(([, file = '', title = '']) => !titlesIn(file).has(title));
  expect(missing.map(([line]) => line)).toEqual([]);
});

test('the variables that a child does not get are those of the document', () => {
  const table = DOCUMENT.split('<!-- not for children -->')[1]?.split('<!-- /not for children -->')[0] ?? '';
  const documented = [...table.matchAll(/`([A-Z_]+)(\*?)`/g)].map(([, name = '', more]) => ({
    name,
    more: more !== '',
  }));
  expect(documented.length).toBeGreaterThan(10);
  for (const { name, more } of documented) {
    for (const variable of more ? [`${name}X`, `${name}Y`] : [name]) {
      const by = NOT_FOR_CHILDREN.filter((pattern) => pattern.test(variable));
      expect({ variable, patterns: by.length }).toEqual({ variable, patterns: 1 });
    }
  }
  // The other way round: every pattern is there for something that the document names.
  for (const pattern of NOT_FOR_CHILDREN) {
    expect({
      pattern,
      documented: documented.some(({ name, more }) => pattern.test(more ? `${name}X` : name)),
    }).toEqual({ pattern, documented: true });
  }
});

test('one module starts programs, and it uses no shell', () => {
  const starting = filesBelow('src', '.ts').filter((file) =>
    readFileSync(file, 'utf8').includes('node:child_process'),
  );
  expect(starting).toEqual([join('src', 'container', 'process.ts')]);
  expect(readFileSync(join('src', 'container', 'process.ts'), 'utf8')).not.toMatch(
    /shell:|\bexec(?:Sync|File)?\(/,
  );
});

test('no end-to-end test runs the action past the checks', () => {
  // World.main and World.post run it, and look through each step. This one plays the runner, and looks for the password itself.
  const own = [join('test', 'end-to-end', 'ci-stand-ins.test.ts')];
  const files = filesBelow(join('test', 'end-to-end'), '.ts').filter((file) => !own.includes(file));
  expect(files.length).toBeGreaterThan(5);
  const past = files.filter((file) =>
    /runStep|actionEntry\(\)\]|anyConduct/.test(readFileSync(file, 'utf8')),
  );
  expect(past).toEqual([]);
});
