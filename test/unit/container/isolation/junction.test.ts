import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { jobDirectories } from '../../../../src/container/isolation/directory.ts';
import { linkShared } from '../../../../src/container/isolation/link-shared.ts';
import { removeJobDirectory } from '../../../../src/container/isolation/remove.ts';
import { describeReal } from '../../../harness/real-parts.ts';
import { captureOutput } from '../../written-output.ts';

// A directory is linked by a junction on Windows, which node's functions take for a directory or a link, each in its way.

const never = new AbortController().signal;
let root: string;
let temp: string;
let shared: string;
beforeEach(() => {
  captureOutput();
  root = mkdtempSync(join(tmpdir(), 'isolation-junction-'));
  temp = join(root, 'temp');
  shared = join(root, 'shared');
  mkdirSync(temp);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

/** Makes a directory in the shared one, with a file in it that has to survive. */
function makeTarget(name: string): string {
  const directory = join(shared, name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'file'), 'untouched');
  return join(directory, 'file');
}

describeReal('a junction (on other systems than Windows, a link)', ['directory links'], () => {
  test("in the job's directory is removed, and its target stays", async () => {
    const [directory = ''] = jobDirectories(temp, {});
    mkdirSync(directory);
    const target = makeTarget('cli-plugins');
    linkShared(shared, directory);
    expect(readdirSync(join(directory, 'cli-plugins'))).toEqual(['file']);
    expect(await removeJobDirectory(directory, temp, never)).toBeUndefined();
    expect([readdirSync(temp), readFileSync(target, 'utf8')]).toEqual([[], 'untouched']);
  });

  test("in the place of the job's directory is removed, and its target stays", async () => {
    const [directory = ''] = jobDirectories(temp, {});
    const target = makeTarget(basename(directory));
    linkShared(shared, temp);
    expect(existsSync(join(directory, 'file'))).toBe(true);
    expect(await removeJobDirectory(directory, temp, never)).toBeUndefined();
    expect([readdirSync(temp), readFileSync(target, 'utf8')]).toEqual([[], 'untouched']);
  });
});
