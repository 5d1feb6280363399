import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { removeDraft } from '../../../src/stage/remove-draft.ts';

const DRAFT = '.ecr-pod-identity-login-draft-0123456789abcdef';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'draft-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const loginsIn = (file: string) =>
  [{ tool: 'config-file', registry: 'a.example', variables: {}, file }] as const;

/** Makes a file in the folder. */
function make(name: string): string {
  writeFileSync(join(folder, name), '');
  return join(folder, name);
}

test('a draft beside the auth file is removed', () => {
  const draft = make(`config.json${DRAFT}`);
  expect(removeDraft(draft, loginsIn(join(folder, 'config.json')))).toEqual([]);
  expect(existsSync(draft)).toBe(false);
});

test('so is one beside the file that the auth file links to', () => {
  symlinkSync(make('real.json'), join(folder, 'config.json'));
  const draft = make(`real.json${DRAFT}`);
  expect(removeDraft(draft, loginsIn(join(folder, 'config.json')))).toEqual([]);
  expect(existsSync(draft)).toBe(false);
});

test('so is one where the auth file links to a file that is not there yet', () => {
  mkdirSync(join(folder, 'real'));
  symlinkSync(join('real', 'config.json'), join(folder, 'config.json'));
  const draft = make(join('real', `config.json${DRAFT}`));
  expect(removeDraft(draft, loginsIn(join(folder, 'config.json')))).toEqual([]);
  expect(existsSync(draft)).toBe(false);
});

test('so is one beside any of several auth files, of which some are not known', () => {
  const draft = make(`config.json${DRAFT}`);
  const [unknown] = loginsIn('');
  const { file: _, ...other } = unknown;
  const logins = [
    other,
    ...loginsIn(join(folder, 'other', 'config.json')),
    ...loginsIn(join(folder, 'config.json')),
  ];
  expect(removeDraft(draft, logins)).toEqual([]);
  expect(existsSync(draft)).toBe(false);
});

test('one that is not there is no problem, one that cannot be removed is named', () => {
  const logins = loginsIn(join(folder, 'config.json'));
  const draft = join(folder, `config.json${DRAFT}`);
  expect(removeDraft(draft, logins)).toEqual([]);
  mkdirSync(draft);
  expect(removeDraft(draft, logins)).toEqual([expect.stringContaining(`${draft} could not be removed: `)]);
});

test.each([
  'config.json',
  'config.json.bak',
  `folder/config.json${DRAFT}`,
  `folder/../folder/config.json${DRAFT}`,
])('%s is never removed', (name) => {
  mkdirSync(join(folder, 'folder'));
  const files = ['config.json', 'config.json.bak', `folder/config.json${DRAFT}`].map(make);
  const problems = removeDraft(`${folder}/${name}`, loginsIn(join(folder, 'config.json')));
  expect(problems).toEqual([
    expect.stringMatching(/^The saved state 'draft' is invalid and was skipped$|could not be removed: /),
  ]);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});
