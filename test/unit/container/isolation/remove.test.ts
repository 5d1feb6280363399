import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isJobDirectory, jobDirectories } from '../../../../src/container/isolation/directory.ts';
import { removeJobDirectory } from '../../../../src/container/isolation/remove.ts';
import { fakeClock } from '../../retry/fake-clock.ts';

const never = new AbortController().signal;

let root: string;
let directory: string;
let outside: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'isolation-end-'));
  [directory = ''] = jobDirectories(root, { GITHUB_RUN_ID: '7' });
  outside = join(root, 'outside');
  mkdirSync(join(directory, 'a', 'b'), { recursive: true });
  mkdirSync(join(outside, 'deep'), { recursive: true });
  writeFileSync(join(outside, 'deep', 'file'), 'untouched');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Removes, as if time went by at once. */
const remove = (path = directory): Promise<string | undefined> =>
  removeJobDirectory(path, root, never, fakeClock());

const isOutsideWhole = (): boolean => readFileSync(join(outside, 'deep', 'file'), 'utf8') === 'untouched';

describe('removing the directory', () => {
  test('removes everything in it', async () => {
    writeFileSync(join(directory, 'a', 'b', 'config.json'), 'secret');
    expect(await remove()).toBeUndefined();
    expect(readdirSync(root)).toEqual(['outside']);
  });

  test('follows no link in it', async () => {
    symlinkSync(outside, join(directory, 'link'));
    symlinkSync(join(outside, 'deep'), join(directory, 'a', 'b', 'link'));
    symlinkSync(join(outside, 'deep', 'file'), join(directory, 'config.json'));
    symlinkSync(join(root, 'nowhere'), join(directory, 'dangling'));
    expect(await remove()).toBeUndefined();
    expect([existsSync(directory), isOutsideWhole()]).toEqual([false, true]);
  });

  test('removes a link in its place, and not the target', async () => {
    rmSync(directory, { recursive: true });
    symlinkSync(outside, directory);
    expect(await remove()).toBeUndefined();
    expect(isOutsideWhole()).toBe(true);
    expect(readdirSync(root)).toEqual(['outside']);
  });

  test('succeeds if it is already gone', async () => {
    rmSync(directory, { recursive: true });
    expect(await remove()).toBeUndefined();
  });

  test('works for each of its names', async () => {
    for (const path of jobDirectories(root, { GITHUB_RUN_ATTEMPT: '3' }).slice(0, 12)) {
      mkdirSync(path);
      expect(await remove(path)).toBeUndefined();
      expect(existsSync(path)).toBe(false);
    }
  });

  test.each([
    ['of another name', () => outside],
    ['of a name that only ends like one', () => join(root, `x${basename(directory)}`)],
    ['of a name that only begins like one', () => `${directory}x`],
    ['of the name without the hash', () => directory.slice(0, -17)],
    ['in another place', () => join(outside, basename(directory))],
    ['by a path in another form', () => `${root}/../${basename(root)}/${basename(directory)}`],
    ['by a path that ends in a slash', () => `${directory}/`],
    ['by a path that ends in /.', () => `${directory}/.`],
    ['that is the temporary directory itself', () => root],
    ['without a path', () => ''],
  ])('does not remove a directory %s', async (_, name) => {
    rmSync(directory, { recursive: true });
    symlinkSync(outside, directory);
    const path = name();
    expect(isJobDirectory(path, root)).toBe(false);
    expect(await remove(path)).toMatch(/is not a directory that this action creates$/);
    expect([isOutsideWhole(), existsSync(directory)]).toEqual([true, true]);
  });
});

/** Removes as a user to whom modes mean something; root may do everything anyway. */
async function removeAsAnother(): Promise<string | undefined> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await remove();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

function giveAway(...paths: string[]): void {
  if (process.getuid?.() === 0) for (const path of paths) chownSync(path, 65534, 65534);
}

describe('removing a directory of restrictive modes', () => {
  test.each([
    ['read-only', 0o500],
    ['closed', 0o000],
  ])('opens what is %s in it, but not the targets of links', async (_, mode) => {
    const inner = join(directory, 'a', 'b');
    writeFileSync(join(inner, 'config.json'), 'secret', { mode: 0o400 });
    chmodSync(outside, 0o500);
    symlinkSync(outside, join(directory, 'a', 'link'));
    giveAway(root, outside, directory, join(directory, 'a'), inner, join(inner, 'config.json'));
    for (const path of [inner, join(directory, 'a'), directory]) chmodSync(path, mode);
    expect(await removeAsAnother()).toBeUndefined();
    expect([existsSync(directory), isOutsideWhole()]).toEqual([false, true]);
    chmodSync(outside, 0o700);
  });

  test('returns the reason if it fails', async () => {
    giveAway(directory);
    chmodSync(root, 0o555);
    expect(await removeAsAnother()).toMatch(/^(?:EACCES|EPERM)[^;]*$/);
    chmodSync(root, 0o700);
  });
});

(process.getuid?.() === 0 ? describe : describe.skip)('files of another user (as root)', () => {
  const files = ['auth.json', 'config.json', 'config.json.draft', 'helm.json'];

  test('are named; the logins are removed all the same', async () => {
    for (const name of files) writeFileSync(join(directory, name), 'secret');
    writeFileSync(join(directory, 'z'), '');
    for (const name of ['1', '2', '3', '4', '5', '6', '7']) writeFileSync(join(directory, 'a', name), '');
    giveAway(root, directory);
    const reason = await removeAsAnother();
    expect(readdirSync(directory)).toEqual(['a']);
    expect(reason).toContain(join(directory, 'a', '1'));
    expect(reason?.split('; ')).toEqual([...Array(5).fill(expect.stringContaining('EACCES')), 'and 3 more']);
  });

  test('are emptied if they hold logins and cannot be removed', async () => {
    for (const name of files) writeFileSync(join(directory, name), 'secret', { mode: 0o666 });
    writeFileSync(join(outside, 'target'), 'untouched', { mode: 0o666 });
    symlinkSync(join(outside, 'target'), join(directory, 'config.json.link'));
    for (const name of files) chmodSync(join(directory, name), 0o666);
    chmodSync(join(outside, 'target'), 0o666);
    for (const path of [root, directory]) chmodSync(path, 0o755);
    expect(await removeAsAnother()).toMatch(/EACCES/);
    for (const name of files) expect(readFileSync(join(directory, name), 'utf8')).toBe('');
    expect(readFileSync(join(outside, 'target'), 'utf8')).toBe('untouched');
  });
});

test('a removal is retried for two seconds', async () => {
  const clock = fakeClock();
  const isRoot = process.getuid?.() === 0;
  giveAway(directory);
  chmodSync(root, 0o555);
  if (isRoot) process.seteuid?.(65534);
  const removal = removeJobDirectory(directory, root, never, clock);
  if (isRoot) process.seteuid?.(0);
  // What stood in the way is gone.
  chmodSync(root, 0o700);
  expect(await removal).toBeUndefined();
  expect([existsSync(directory), clock.slept.length > 0]).toEqual([false, true]);
});
