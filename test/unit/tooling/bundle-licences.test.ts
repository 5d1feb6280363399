import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { licenceTexts } from '../../../scripts/bundle-licences.ts';

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

/** The statistics of a bundle that holds these modules. */
function statsOf(...paths: string[]) {
  return { modules: paths.map((nameForCondition) => ({ nameForCondition, chunks: [1] })) };
}

describe('the licences of what is bundled', () => {
  it('stand in an order of their own, packages of the same text together', () => {
    const modules = [
      installed('zebra', 'MIT', 'Terms A'),
      installed('@scope/ant', 'MIT', 'Terms A\r\n'),
      installed('bee', 'ISC', 'Terms B'),
    ];
    const text = licenceTexts(statsOf(...modules));
    expect(text).toBe(
      `@scope/ant 1.2.3 (MIT)\nzebra 1.2.3 (MIT)\n\nTerms A\n\n${'-'.repeat(80)}\n\nbee 1.2.3 (ISC)\n\nTerms B\n`,
    );
    expect(licenceTexts(statsOf(...modules.reverse()))).toBe(text);
  });

  it('are those of joined modules, too, and not those of what was left out or is our own', () => {
    const joined = installed('joined', 'MIT', 'Terms');
    const unused = installed('unused', 'GPL-3.0-only', 'Other terms');
    const text = licenceTexts({
      modules: [
        { nameForCondition: join(root, 'main.js'), chunks: [1], modules: [{ nameForCondition: joined }] },
        { nameForCondition: unused, chunks: [] },
      ],
    });
    expect(text).toBe('joined 1.2.3 (MIT)\n\nTerms\n');
  });

  it('are named without a text where the package brings none and another one brings it', () => {
    const text = licenceTexts(statsOf(installed('bare', 'MIT'), installed('full', 'MIT', 'Terms')));
    expect(text).toMatch(/^bare 1\.2\.3 \(MIT\)\n\nThese packages bring no text of their own/);
  });

  it.each([['GPL-3.0-only'], ['MIT OR GPL-3.0-only'], ['UNLICENSED'], [undefined], [{ type: 'MIT' }]])(
    'stop the build where one is %j',
    (license) => {
      expect(() => licenceTexts(statsOf(installed('odd', license, 'Terms')))).toThrow(
        /^odd 1\.2\.3 has the licence/,
      );
    },
  );

  it('stop the build where nothing brings the text', () => {
    expect(() => licenceTexts(statsOf(installed('bare', 'MIT')))).toThrow(/text of the licence MIT/);
  });

  it('stop the build where the statistics name no package', () => {
    expect(() => licenceTexts({ modules: [] })).toThrow(/name no package/);
  });
});
