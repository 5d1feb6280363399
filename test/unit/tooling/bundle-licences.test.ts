import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from '@jest/globals';
import { licenceTexts, packedFiles } from '../../../scripts/bundle-licences.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'licences-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Writes a package; gives the path of a module of it. */
function installed(name: string, license: unknown, text?: string): string {
  const folder = join(root, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.2.3', license }));
  if (text !== undefined) {
    writeFileSync(join(folder, 'LICENSE.md'), text);
  }
  return join(folder, 'lib', 'index.js');
}

describe('the licences of what is bundled', () => {
  it('stand in an order of their own, packages of the same text together', () => {
    const modules = [
      installed('zebra', 'MIT', 'Terms A'),
      installed('@scope/ant', 'MIT', 'Terms A\r\n'),
      installed('bee', 'ISC', 'Terms B'),
    ];
    const text = licenceTexts(modules);
    expect(text).toBe(
      `@scope/ant 1.2.3 (MIT)\nzebra 1.2.3 (MIT)\n\nTerms A\n\n${'-'.repeat(80)}\n\nbee 1.2.3 (ISC)\n\nTerms B\n`,
    );
    expect(licenceTexts(modules.reverse())).toBe(text);
  });

  it('leave out our own files', () => {
    expect(licenceTexts([join(root, 'main.js'), installed('used', 'MIT', 'Terms')])).toBe(
      'used 1.2.3 (MIT)\n\nTerms\n',
    );
  });

  it('are named without a text where the package brings none and another one brings it', () => {
    const text = licenceTexts([installed('bare', 'MIT'), installed('full', 'MIT', 'Terms')]);
    expect(text).toMatch(/^bare 1\.2\.3 \(MIT\)\n\nThese packages bring no text of their own/);
  });

  it.each([['GPL-3.0-only'], ['MIT OR GPL-3.0-only'], ['UNLICENSED'], [undefined], [{ type: 'MIT' }]])(
    'stop the build where one is %j',
    (license) => {
      expect(() => licenceTexts([installed('odd', license, 'Terms')])).toThrow(
        /^odd 1\.2\.3 has the licence/,
      );
    },
  );

  it('stop the build where nothing brings the text', () => {
    expect(() => licenceTexts([installed('bare', 'MIT')])).toThrow(/text of the licence MIT/);
  });

  it('stop the build where no file is one of a package', () => {
    expect(() => licenceTexts([join(root, 'main.js')])).toThrow(/No bundled file is one of a package/);
  });
});

test('the files of a bundle are those of joined modules, too, and not those of what was left out', () => {
  const modules = [
    { nameForCondition: 'main.js', chunks: [1], modules: [{ nameForCondition: 'joined.js' }] },
    { nameForCondition: 'unused.js', chunks: [] },
    { nameForCondition: null, chunks: [1] },
  ];
  expect(packedFiles({ modules })).toEqual(['main.js', 'joined.js']);
});
