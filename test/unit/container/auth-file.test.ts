import {
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
import {
  helperFor,
  holdsLogin,
  readAuthFile,
  replaceAuthFile,
  withLogin,
  withoutLogin,
  writeAuthFile,
} from '../../../src/container/auth-file.ts';
import { removeEntry, writeEntry } from '../../../src/container/config-file.ts';

import { captureOutput } from '../written-output.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const login = { username: 'AWS', password: 'pass:word' };
const auth = Buffer.from('AWS:pass:word').toString('base64');

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'credential-config-'));
  file = join(directory, 'config.json');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const content = (): unknown => JSON.parse(readFileSync(file, 'utf8'));

describe('reading', () => {
  test('no file, and an empty one, are empty configurations', () => {
    expect(readAuthFile(file)).toEqual({});
    writeFileSync(file, ' \n');
    expect(readAuthFile(file)).toEqual({});
  });

  test('an empty map may be written as null', () => {
    writeFileSync(file, '{"auths":null,"credHelpers":null,"x":1}');
    expect(readAuthFile(file)).toEqual({ x: 1 });
  });

  test.each([
    ['{"auths":{"a":{"auth":"c2VjcmV0"}', 'it is not valid JSON'],
    ['[]', 'docker configuration'],
    ['"c2VjcmV0"', 'docker configuration'],
    ['{"auths":["c2VjcmV0"]}', 'docker configuration'],
    ['{"auths":{"a":"c2VjcmV0"}}', 'docker configuration'],
    ['{"credHelpers":{"a":1}}', 'docker configuration'],
    ['{"credHelpers":"x"}', 'docker configuration'],
    ['{"credsStore":1}', 'docker configuration'],
  ])('%j is an error that quotes nothing of it', (text, words) => {
    writeFileSync(file, text);
    expect(() => readAuthFile(file)).toThrow(words);
    expect(() => readAuthFile(file)).not.toThrow(/c2VjcmV0/);
  });

  test('what is no file is an error', () => {
    mkdirSync(file);
    expect(() => readAuthFile(file)).toThrow('EISDIR');
  });
});

describe('writing', () => {
  test('a new file is for its owner alone, and so is its directory', () => {
    const deep = join(directory, 'a', 'b', 'config.json');
    writeAuthFile(deep, { auths: {} });
    expect([mode(deep), mode(join(directory, 'a')), mode(join(directory, 'a', 'b'))]).toEqual([
      '600',
      '700',
      '700',
    ]);
  });

  test.each([0o600, 0o640, 0o644, 0o400])('the mode %o is kept', (kept) => {
    writeFileSync(file, '{}');
    chmodSync(file, kept);
    writeAuthFile(file, { auths: {} });
    expect(mode(file)).toBe(kept.toString(8));
    expect(content()).toEqual({ auths: {} });
  });

  (process.getuid?.() === 0 ? test : test.skip)('the owner is kept (as root)', () => {
    writeFileSync(file, '{}');
    chownSync(file, 1234, 5678);
    writeAuthFile(file, {});
    expect(statSync(file)).toMatchObject({ uid: 1234, gid: 5678 });
  });

  test('a symbolic link stays one; what it leads to is replaced', () => {
    const target = join(directory, 'target.json');
    writeFileSync(target, '{"x":1}', { mode: 0o640 });
    symlinkSync(target, file);
    writeAuthFile(file, { x: 2 });
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(target, 'utf8'))).toEqual({ x: 2 });
    expect(mode(target)).toBe('640');
  });

  test.each([
    ['a file that is not there', (target: string) => symlinkSync(target, file)],
    ['it by a relative path', () => symlinkSync('elsewhere/target.json', file)],
    [
      'it by another link, out of a directory that is a link itself',
      () => {
        mkdirSync(join(directory, 'real', 'deep'), { recursive: true });
        symlinkSync(join('real', 'deep'), join(directory, 'alias'));
        symlinkSync(join('alias', 'second'), file);
        symlinkSync(join('..', '..', 'elsewhere', 'target.json'), join(directory, 'alias', 'second'));
      },
    ],
  ])('a symbolic link that leads to %s stays one; the file is made', (_, link) => {
    const target = join(directory, 'elsewhere', 'target.json');
    link(target);
    writeAuthFile(file, { x: 2 });
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(target, 'utf8'))).toEqual({ x: 2 });
    expect([mode(target), mode(join(directory, 'elsewhere'))]).toEqual(['600', '700']);
  });

  test('a symbolic link that leads to itself stays one, and the write fails', () => {
    symlinkSync('config.json', file);
    expect(() => writeAuthFile(file, { x: 2 })).toThrow('ELOOP');
    expect(readdirSync(directory)).toEqual(['config.json']);
  });

  test('replaceAuthFile puts the file in the place of a link', () => {
    const target = join(directory, 'target.json');
    writeFileSync(target, 'untouched');
    symlinkSync(target, file);
    replaceAuthFile(file, { x: 2 });
    expect(lstatSync(file).isFile()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('untouched');
  });

  test('a write that fails leaves the old file and no draft', () => {
    mkdirSync(join(file, 'in-the-way'), { recursive: true });
    expect(() => replaceAuthFile(file, {})).toThrow();
    expect(readdirSync(directory)).toEqual(['config.json']);
  });
});

describe('the tool config-file', () => {
  test('writes the entry, and takes it out again, everything else kept', () => {
    const before = {
      auths: { 'ghcr.io': { auth: 'eDp5' }, __proto__x: {} },
      proxies: { default: { httpProxy: 'http://p' } },
      credHelpers: { 'a.b': 'x' },
      currentContext: 'c',
    };
    writeFileSync(file, JSON.stringify(before));
    writeEntry(file, HOST, login);
    expect(content()).toEqual({ ...before, auths: { ...before.auths, [HOST]: { auth } } });
    removeEntry(file, HOST);
    expect(content()).toEqual(before);
  });

  test('makes the file where there is none', () => {
    writeEntry(file, HOST, login);
    expect(content()).toEqual({ auths: { [HOST]: { auth } } });
    expect(mode(file)).toBe('600');
  });

  test.each([
    [0o600, ''],
    [0o640, '(mode 640): chmod 600 it'],
    [0o604, '(mode 604): chmod 600 it'],
  ])('keeps the mode %o of the file, and warns where others may use it', (given, words) => {
    writeFileSync(file, '{}');
    chmodSync(file, given);
    const written = captureOutput();
    writeEntry(file, HOST, login);
    jest.restoreAllMocks();
    expect(mode(file)).toBe(given.toString(8));
    if (words === '') expect(written()).toBe('');
    else expect(written()).toContain(words);
  });

  test('removing what is not there writes nothing', () => {
    removeEntry(file, HOST);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, '{ "auths" : {} }');
    removeEntry(file, HOST);
    expect(readFileSync(file, 'utf8')).toBe('{ "auths" : {} }');
  });

  test('never writes over a file that it cannot read', () => {
    writeFileSync(file, '{"auths":{');
    expect(() => writeEntry(file, HOST, login)).toThrow(`${file} could not be changed: it is not valid JSON`);
    expect(readFileSync(file, 'utf8')).toBe('{"auths":{');
  });
});

describe('helperFor', () => {
  const docker = { storeForAll: true, emptyHelper: 'no store' } as const;
  const oras = { storeForAll: true, emptyHelper: 'passed over' } as const;
  const podman = { storeForAll: false, emptyHelper: 'passed over' } as const;
  test.each([
    [{}, undefined, undefined, undefined],
    [{ credsStore: 's' }, 's', 's', undefined],
    [{ credsStore: 's', credHelpers: { [HOST]: 'h' } }, 'h', 'h', 'h'],
    [{ credsStore: 's', credHelpers: { [HOST]: '' } }, undefined, 's', undefined],
    [{ credHelpers: { other: 'h' } }, undefined, undefined, undefined],
    [{ credsStore: '', credHelpers: {} }, undefined, undefined, undefined],
  ])('%j: docker %s, oras %s, podman %s', (config, forDocker, forOras, forPodman) => {
    const found = [docker, oras, podman].map((reads) => helperFor(config, HOST, reads));
    expect(found).toEqual([forDocker, forOras, forPodman]);
  });
});

describe('an entry', () => {
  test.each([
    [{ [HOST]: { auth } }, true],
    [{ [`${HOST}:443`]: { auth } }, true],
    [{ [HOST]: {} }, false],
    [{ [HOST]: { auth: 'b3RoZXI6cHc=' } }, false],
    [{}, false],
  ])('%j is this login: %s', (auths, expected) => {
    expect(holdsLogin({ auths }, HOST, login)).toBe(expected);
  });

  test('of a host with a port stands under that alone', () => {
    expect(holdsLogin({ auths: { 'h:1:443': { auth } } }, 'h:1', login)).toBe(false);
  });

  test('is put in and taken out by its very name', () => {
    const config = withLogin({ x: 1 }, '__proto__', 'a');
    expect(Object.keys(config.auths ?? {})).toEqual(['__proto__']);
    expect(withoutLogin(config, 'toString')).toBe(config);
    expect(withoutLogin(config, '__proto__')).toEqual({ x: 1, auths: {} });
  });
});
