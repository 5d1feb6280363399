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
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isJobDirectory, jobDirectoryName } from '../../../../src/container/isolation/directory.ts';
import { removeJobDirectory } from '../../../../src/container/isolation/remove.ts';

let root: string;
let directory: string;
let outside: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'isolation-end-'));
  directory = join(root, jobDirectoryName(Buffer.alloc(16, 0xab)));
  outside = join(root, 'outside');
  mkdirSync(join(directory, 'a', 'b'), { recursive: true });
  mkdirSync(join(outside, 'deep'), { recursive: true });
  writeFileSync(join(outside, 'deep', 'file'), 'untouched');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const isOutsideWhole = (): boolean => readFileSync(join(outside, 'deep', 'file'), 'utf8') === 'untouched';

describe('the end of the directory', () => {
  test('takes all that is in it', () => {
    writeFileSync(join(directory, 'a', 'b', 'config.json'), 'secret');
    expect(removeJobDirectory(directory)).toBeUndefined();
    expect(readdirSync(root)).toEqual(['outside']);
  });

  test('follows no link that was planted in it', () => {
    symlinkSync(outside, join(directory, 'link'));
    symlinkSync(join(outside, 'deep'), join(directory, 'a', 'b', 'link'));
    symlinkSync(join(outside, 'deep', 'file'), join(directory, 'config.json'));
    symlinkSync(join(root, 'nowhere'), join(directory, 'dangling'));
    expect(removeJobDirectory(directory)).toBeUndefined();
    expect([existsSync(directory), isOutsideWhole()]).toEqual([false, true]);
  });

  test('takes the link that was planted in its place, and not what it leads to', () => {
    rmSync(directory, { recursive: true });
    symlinkSync(outside, directory);
    expect(removeJobDirectory(directory)).toBeUndefined();
    expect(isOutsideWhole()).toBe(true);
    expect(readdirSync(root)).toEqual(['outside']);
  });

  test('that is gone is as good as removed', () => {
    rmSync(directory, { recursive: true });
    expect(removeJobDirectory(directory)).toBeUndefined();
  });

  test.each(['', '/', '.', 'home', 'ecr-pod-identity-login-', `ecr-pod-identity-login-${'g'.repeat(32)}`])(
    'is refused for %j',
    (name) => {
      expect(isJobDirectory(name)).toBe(false);
      const other = join(outside, name);
      expect(removeJobDirectory(other)).toMatch(/is no directory of this action's$/);
      expect(isOutsideWhole()).toBe(true);
    },
  );
});

/** Removes as a user to whom modes mean something; root may do everything anyway. */
function removeAsAnother(): string | undefined {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return removeJobDirectory(directory);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

function giveAway(...paths: string[]): void {
  if (process.getuid?.() === 0) for (const path of paths) chownSync(path, 65534, 65534);
}

describe('the end of a directory that is read-only inside', () => {
  test('opens it up, and nothing that a link in it leads to', () => {
    const inner = join(directory, 'a', 'b');
    writeFileSync(join(inner, 'config.json'), 'secret', { mode: 0o400 });
    chmodSync(outside, 0o500);
    symlinkSync(outside, join(directory, 'a', 'link'));
    giveAway(root, outside, directory, join(directory, 'a'), inner, join(inner, 'config.json'));
    for (const path of [inner, join(directory, 'a'), directory]) chmodSync(path, 0o500);
    expect(removeAsAnother()).toBeUndefined();
    expect([existsSync(directory), isOutsideWhole()]).toEqual([false, true]);
    chmodSync(outside, 0o700);
  });

  test('says why it cannot, where it cannot', () => {
    giveAway(directory);
    chmodSync(root, 0o555);
    expect(removeAsAnother()).toMatch(/EACCES|EPERM/);
    chmodSync(root, 0o700);
  });
});
