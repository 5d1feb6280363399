import fs, {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { removeDraft, replaceAuthFile, writeAuthFile } from '../../../src/container/write-auth-file.ts';
import { fakeClock } from '../retry/fake-clock.ts';

const never = { signal: new AbortController().signal };

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'write-auth-file-'));
  file = join(directory, 'config.json');
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const content = (): unknown => JSON.parse(readFileSync(file, 'utf8'));

describe('writing', () => {
  test('a new file is for its owner alone, and so is its directory', async () => {
    const deep = join(directory, 'a', 'b', 'config.json');
    await writeAuthFile(deep, { auths: {} }, never);
    expect([mode(deep), mode(join(directory, 'a')), mode(join(directory, 'a', 'b'))]).toEqual([
      '600',
      '700',
      '700',
    ]);
  });

  test.each([0o600, 0o640, 0o644, 0o400])('the mode %o is kept', async (kept) => {
    writeFileSync(file, '{}');
    chmodSync(file, kept);
    await writeAuthFile(file, { auths: {} }, never);
    expect(mode(file)).toBe(kept.toString(8));
    expect(content()).toEqual({ auths: {} });
  });

  (process.getuid?.() === 0 ? test : test.skip)('the owner is kept (as root)', async () => {
    writeFileSync(file, '{}');
    chownSync(file, 1234, 5678);
    await writeAuthFile(file, {}, never);
    expect(statSync(file)).toMatchObject({ uid: 1234, gid: 5678 });
  });

  test('a symbolic link stays one; its target is replaced', async () => {
    const target = join(directory, 'target.json');
    writeFileSync(target, '{"x":1}', { mode: 0o640 });
    symlinkSync(target, file);
    await writeAuthFile(file, { x: 2 }, never);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(target, 'utf8'))).toEqual({ x: 2 });
    expect(mode(target)).toBe('640');
  });

  test.each([
    ['a missing file', (target: string) => symlinkSync(target, file)],
    ['a missing file, by a relative path', () => symlinkSync('elsewhere/target.json', file)],
    [
      'a missing file, by another link in a directory that is a link itself',
      () => {
        mkdirSync(join(directory, 'real', 'deep'), { recursive: true });
        symlinkSync(join('real', 'deep'), join(directory, 'alias'));
        symlinkSync(join('alias', 'second'), file);
        symlinkSync(join('..', '..', 'elsewhere', 'target.json'), join(directory, 'alias', 'second'));
      },
    ],
  ])('a symbolic link to %s stays one; the file is created', async (_, link) => {
    const target = join(directory, 'elsewhere', 'target.json');
    link(target);
    await writeAuthFile(file, { x: 2 }, never);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(target, 'utf8'))).toEqual({ x: 2 });
    expect([mode(target), mode(join(directory, 'elsewhere'))]).toEqual(['600', '700']);
  });

  test('a symbolic link to itself stays one, and the write fails', async () => {
    symlinkSync('config.json', file);
    await expect(writeAuthFile(file, { x: 2 }, never)).rejects.toThrow('ELOOP');
    expect(readdirSync(directory)).toEqual(['config.json']);
  });

  test('replaceAuthFile replaces a link', async () => {
    const target = join(directory, 'target.json');
    writeFileSync(target, 'untouched');
    symlinkSync(target, file);
    await replaceAuthFile(file, { x: 2 }, never);
    expect(lstatSync(file).isFile()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('untouched');
  });

  test('a write that fails leaves the old file and no draft', async () => {
    mkdirSync(join(file, 'in-the-way'), { recursive: true });
    await expect(replaceAuthFile(file, {}, never)).rejects.toThrow('EISDIR');
    expect(readdirSync(directory)).toEqual(['config.json']);
  });
});

describe('a file that another program has open', () => {
  const failing = (code: string) => {
    jest.spyOn(fs, 'renameSync').mockImplementationOnce(() => {
      throw Object.assign(new Error(code), { code });
    });
  };

  test.each(['EPERM', 'EACCES', 'EBUSY'])('(%s) is replaced as soon as it is not', async (code) => {
    failing(code);
    const clock = fakeClock();
    await writeAuthFile(file, { x: 1 }, { ...never, clock });
    expect([content(), clock.slept.length, readdirSync(directory)]).toEqual([{ x: 1 }, 1, ['config.json']]);
  });

  test('is not waited for where the failure is another', async () => {
    failing('ENOSPC');
    await expect(writeAuthFile(file, { x: 1 }, never)).rejects.toThrow('ENOSPC');
    expect(readdirSync(directory)).toEqual([]);
  });
});

test('the owner is left as it is for any user but root, who alone can change it', async () => {
  writeFileSync(file, '{}');
  jest.spyOn(process, 'getuid').mockReturnValue(1001);
  const chown = jest.spyOn(fs, 'fchownSync');
  await writeAuthFile(file, {}, never);
  expect(chown).not.toHaveBeenCalled();
});

test('the file is written with tabs, as docker writes it, and closed', async () => {
  const close = jest.spyOn(fs, 'closeSync');
  await writeAuthFile(file, { auths: {} }, never);
  expect(readFileSync(file, 'utf8')).toBe('{\n\t"auths": {}\n}\n');
  expect(close).toHaveBeenCalledTimes(1);
});

describe('the draft', () => {
  test('is announced before it is created, beside the file, under a new name each time', async () => {
    symlinkSync(join('elsewhere', 'target.json'), file);
    const drafts: string[] = [];
    const onDraft = (draft: string): void => {
      expect(existsSync(draft)).toBe(false);
      drafts.push(draft);
    };
    await writeAuthFile(file, {}, { ...never, onDraft });
    await writeAuthFile(file, {}, { ...never, onDraft });
    const beside = join(directory, 'elsewhere', 'target.json');
    for (const draft of drafts) expect(draft.startsWith(`${beside}.`)).toBe(true);
    expect(new Set(drafts).size).toBe(2);
    expect(readdirSync(join(directory, 'elsewhere'))).toEqual(['target.json']);
  });

  test('is the only file that can be removed by a saved name', async () => {
    const drafts: string[] = [];
    await writeAuthFile(file, {}, { ...never, onDraft: (draft) => drafts.push(draft) });
    const [draft = ''] = drafts;
    writeFileSync(draft, 'secret');
    removeDraft(draft);
    removeDraft(draft);
    expect(readdirSync(directory)).toEqual(['config.json']);
    const otherAction = `${file}.other-draft-0123456789abcdef`;
    for (const other of [
      file,
      directory,
      `${draft}/.`,
      `${draft}/../config.json`,
      `${draft}x`,
      otherAction,
    ]) {
      expect(() => removeDraft(other)).toThrow('is not a draft of this action');
    }
    expect(existsSync(file)).toBe(true);
  });
});
