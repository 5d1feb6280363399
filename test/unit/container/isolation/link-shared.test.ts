import fs, {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { linkShared } from '../../../../src/container/isolation/link-shared.ts';
import { LOCK_NAME } from '../../../../src/container/lock.ts';
import { captureOutput } from '../../written-output.ts';

let root: string;
let shared: string;
let own: string;
let written: () => string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'link-shared-'));
  shared = join(root, 'shared');
  own = join(root, 'own');
  for (const path of [shared, own, join(shared, 'cli-plugins'), join(shared, LOCK_NAME)]) mkdirSync(path);
  for (const name of ['config.json', 'config.json.draft', 'plugin']) {
    writeFileSync(join(shared, name), `shared ${name}`);
  }
  written = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true });
});

const warnings = (): readonly string[] =>
  written()
    .split('\n')
    .filter((line) => line.startsWith('::warning::'));

describe('what is beside the shared configuration', () => {
  test('is linked, but for the configuration, its drafts and its lock', () => {
    linkShared(shared, own);
    expect(readdirSync(own).sort()).toEqual(['cli-plugins', 'plugin']);
    expect(readlinkSync(join(own, 'plugin'))).toBe(join(shared, 'plugin'));
    expect(lstatSync(join(own, 'cli-plugins')).isSymbolicLink()).toBe(true);
    expect(written()).toBe('');
  });

  test('is linked where it is a link to what is not there yet', () => {
    symlinkSync(join(root, 'later'), join(shared, 'dangling'));
    linkShared(shared, own);
    expect(readlinkSync(join(own, 'dangling'))).toBe(join(shared, 'dangling'));
  });

  test('is left out where it is a link to itself', () => {
    symlinkSync('circle', join(shared, 'circle'));
    linkShared(shared, own);
    expect([existsSync(join(own, 'plugin')), warnings()]).toEqual([true, []]);
    expect(readdirSync(own)).not.toContain('circle');
  });

  test('stays where it is there already', () => {
    writeFileSync(join(own, 'plugin'), 'own');
    linkShared(shared, own);
    expect([readFileSync(join(own, 'plugin'), 'utf8'), warnings()]).toEqual(['own', []]);
  });

  test('is copied where a link needs a privilege; a directory is left out, with a warning', () => {
    mkdirSync(join(shared, 'contexts'));
    jest.spyOn(fs, 'symlinkSync').mockImplementation((_, path) => {
      throw Object.assign(new Error(`no link ${String(path)}`), { code: 'EPERM' });
    });
    linkShared(shared, own);
    expect(readdirSync(own)).toEqual(['plugin']);
    expect(readFileSync(join(own, 'plugin'), 'utf8')).toBe('shared plugin');
    const list = ['cli-plugins', 'contexts'].map((name) => `${name} (no link ${join(own, name)})`).join(', ');
    expect(warnings()).toEqual([expect.stringContaining(`copied from ${shared}: ${list}`)]);
  });

  test('is nothing where there is no shared directory', () => {
    linkShared(join(root, 'none'), own);
    expect([readdirSync(own), warnings()]).toEqual([[], []]);
  });
});
