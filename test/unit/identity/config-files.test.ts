import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { configFileProblems } from '../../../src/identity/config-files.ts';

let folder = '';
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-files-'));
  chmodSync(folder, 0o755);
  writeFileSync(at('file'), '[default]\n');
  writeFileSync(at('denied'), '[default]\n');
  chmodSync(at('denied'), 0);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Does something as a user that is not root, which may read everything. */
async function asUser<Result>(work: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('the AWS configuration files', () => {
  test('that can be read, and those that are missing at their default location, are fine', async () => {
    expect(await configFileProblems({ HOME: folder })).toEqual([]);
    const named = { AWS_CONFIG_FILE: at('file'), AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
    expect(await configFileProblems(named)).toEqual([]);
  });

  test('that a variable names and that do not exist are named', async () => {
    const named = { AWS_CONFIG_FILE: at('none'), AWS_SHARED_CREDENTIALS_FILE: at('file/none') };
    expect(await configFileProblems(named)).toEqual([
      `AWS_CONFIG_FILE names ${at('none')}, which does not exist.`,
      `AWS_SHARED_CREDENTIALS_FILE names ${at('file/none')}, which does not exist.`,
    ]);
  });

  test('are looked for in the home directory behind ~/, as the SDK does', async () => {
    const problems = (path: string) => configFileProblems({ HOME: folder, AWS_CONFIG_FILE: path });
    mkdirSync(at('old~'));
    writeFileSync(at('old~/file'), '');
    for (const path of ['~/file', at('old~/file')]) expect(await problems(path)).toEqual([]);
    for (const path of ['~/none', '~file']) {
      expect(await problems(path)).toEqual([`AWS_CONFIG_FILE names ${path}, which does not exist.`]);
    }
  });

  test('that are a directory, or that this user may not read, are named', async () => {
    expect(await configFileProblems({ AWS_CONFIG_FILE: folder })).toEqual([
      `AWS_CONFIG_FILE names ${folder}, which is a directory.`,
    ]);
    const home = at('home');
    mkdirSync(join(home, '.aws', 'config'), { recursive: true });
    expect(await configFileProblems({ HOME: home })).toEqual([
      `${join(home, '.aws', 'config')} is a directory.`,
    ]);
    expect(await asUser(() => configFileProblems({ AWS_CONFIG_FILE: at('denied') }))).toEqual([
      `AWS_CONFIG_FILE names ${at('denied')}, which cannot be read (EACCES).`,
    ]);
  });
});
