import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuthFileLocation } from '../../../src/container/auth-file-location.ts';
import { removeEntry, writeEntry } from '../../../src/container/config-file.ts';
import { createClient } from '../../../src/container/create-client.ts';
import { TOOLS } from '../../../src/container/tool.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const login = { username: 'AWS', password: 'pass:word' };
const auth = Buffer.from('AWS:pass:word').toString('base64');
const never = { signal: new AbortController().signal };

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'config-file-'));
  file = join(directory, 'config.json');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const content = (): unknown => JSON.parse(readFileSync(file, 'utf8'));

describe('the tool config-file', () => {
  test('adds an entry, removes it again, and keeps everything else', async () => {
    const before = {
      auths: { 'ghcr.io': { auth: 'eDp5' }, __proto__x: {} },
      proxies: { default: { httpProxy: 'http://p' } },
      credHelpers: { 'a.b': 'x' },
      currentContext: 'c',
    };
    writeFileSync(file, JSON.stringify(before));
    await writeEntry(file, HOST, login, never);
    expect(content()).toEqual({ ...before, auths: { ...before.auths, [HOST]: { auth } } });
    await removeEntry(file, HOST, never);
    expect(content()).toEqual(before);
  });

  test('creates a missing file', async () => {
    await writeEntry(file, HOST, login, never);
    expect(content()).toEqual({ auths: { [HOST]: { auth } } });
    expect(mode(file)).toBe('600');
  });

  test('writes nothing if there is no entry to remove', async () => {
    await removeEntry(file, HOST, never);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, '{ "auths" : {} }');
    await removeEntry(file, HOST, never);
    expect(readFileSync(file, 'utf8')).toBe('{ "auths" : {} }');
  });

  test('never overwrites a file that it cannot read', async () => {
    writeFileSync(file, '{"auths":{');
    const writing = writeEntry(file, HOST, login, never);
    await expect(writing).rejects.toThrow(`${file} could not be changed: it is not valid JSON`);
    expect(readFileSync(file, 'utf8')).toBe('{"auths":{');
  });

  test('reads the file as docker does, and writes known keys in the spelling of docker', async () => {
    writeFileSync(file, '\uFEFF{"Auths":{"a":{"AUTH":"eDp5"},"b":null},"credHelpers":null,"X":1}');
    await writeEntry(file, HOST, login, never);
    expect(content()).toEqual({ auths: { a: { auth: 'eDp5' }, b: {}, [HOST]: { auth } }, X: 1 });
    await removeEntry(file, HOST, never);
    expect(content()).toEqual({ auths: { a: { auth: 'eDp5' }, b: {} }, X: 1 });
  });
});

describe('the client', () => {
  const { signal } = never;
  const clientAt = (location: AuthFileLocation) => createClient({ tool: TOOLS['config-file'] }, location, {});
  const ofRegistry = { ...login, registry: HOST, token: '' };

  test('announces its draft, writes the login, and takes it out again', async () => {
    const drafts: (string | undefined)[] = [];
    const client = clientAt({ variables: {}, file });
    await client.logIn(ofRegistry, { signal, onMayBeWritten: (draft) => drafts.push(draft) });
    expect(content()).toEqual({ auths: { [HOST]: { auth } } });
    expect(drafts).toEqual([expect.stringContaining(`${file}.`)]);
    await client.logOut(HOST, signal);
    expect(content()).toEqual({ auths: {} });
  });

  test('does nothing where there is no file', async () => {
    const client = clientAt({ variables: {} });
    await client.logIn(ofRegistry, {
      signal,
      onMayBeWritten: () => {
        throw new Error('announced');
      },
    });
    await client.logOut(HOST, signal);
    expect(readdirSync(directory)).toEqual([]);
  });
});
