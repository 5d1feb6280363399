import { expect, test } from '@jest/globals';
import { repositoryFiles, repositoryText } from './repository-files.ts';

const EXPORT = /^export (?:async )?(?:function|class) (\w+)/;

/** The functions and classes that a module gives to others without a doc comment right above them. */
function undocumented(source: string): string[] {
  const lines = source.split('\n');
  return lines.flatMap((line, index) => {
    const name = EXPORT.exec(line)?.[1];
    return name === undefined || lines[index - 1]?.trimEnd().endsWith('*/') ? [] : [name];
  });
}

test.each(repositoryFiles('src', '.ts'))('every public function has a doc comment: %s', (path) => {
  expect(undocumented(repositoryText(path))).toEqual([]);
});

test('an export without a comment is found, and one after an import', () => {
  const source = '/** Said. */\nexport function a() {}\nexport class b {}\n\nexport async function c() {}\n';
  expect(undocumented(source)).toEqual(['b', 'c']);
});
