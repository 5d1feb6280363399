import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asPattern, LEFT_OUT_HERE, posixTests } from '../../jest/posix-tests.ts';

describe('the tests that Windows leaves out', () => {
  const files = posixTests();

  test.each([['test/end-to-end/failures.test.ts'], ['test/unit/harness/leaks.test.ts']])(
    'are those that run container tools: %s',
    (file) => {
      expect(files).toContain(join(...file.split('/')));
    },
  );

  test.each([
    ['test/unit/runner/safe-text.test.ts'],
    ['test/unit/registry/entry.test.ts'],
    ['test/unit/repository/workflows.test.ts'],
    ['test/unit/docs/snippets.test.ts'],
  ])('are not those of decisions: %s', (file) => {
    expect(files).not.toContain(join(...file.split('/')));
  });

  test.each(['test/unit/a-b.test.ts', 'test\\end-to-end\\a.test.ts'])(
    'are told to jest by a pattern that fits their path: %s',
    (path) => {
      expect(`/somewhere/${path}`).toMatch(new RegExp(asPattern(path)));
      expect(asPattern(path)).toContain('\\.');
    },
  );

  test('are left out nowhere else', () => {
    expect(LEFT_OUT_HERE).toEqual(process.platform === 'win32' ? files : []);
  });
});
