import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  entryKeys,
  helperFor,
  holdsLogin,
  isStoreMark,
  readAuthFile,
  withLogin,
  withoutLogin,
} from '../../../src/container/auth-file.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const login = { username: 'AWS', password: 'pass:word' };
const auth = Buffer.from('AWS:pass:word').toString('base64');

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'auth-file-'));
  file = join(directory, 'config.json');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('reading', () => {
  test('a missing file and an empty one are empty configurations', () => {
    expect(readAuthFile(file)).toEqual({});
    writeFileSync(file, ' \n');
    expect(readAuthFile(file)).toEqual({});
  });

  // Each was given to docker 28, which reads it in this way, but for the byte order mark, which docker does not accept.
  test.each([
    ['\uFEFF{"auths":{"a":{"auth":"eA=="}}}', { auths: { a: { auth: 'eA==' } } }],
    ['{"auths":null,"credHelpers":null,"credsStore":null,"x":null}', { x: null }],
    ['{"auths":{"a":null},"credHelpers":{"b":null}}', { auths: { a: {} }, credHelpers: { b: '' } }],
    [
      '{"AUTHS":{"a":{"Auth":"eA==","IdentityToken":"t","Email":"e"}}}',
      { auths: { a: { auth: 'eA==', identitytoken: 't', Email: 'e' } } },
    ],
    ['{"credsstore":"s","CredHelpers":{"a":"h"}}', { credsStore: 's', credHelpers: { a: 'h' } }],
    ['{"cred\u017FStore":"long s"}', { credsStore: 'long s' }],
    [
      '{"auths":{"a":{"auth":"1"},"b":{}},"Auths":{"a":{"auth":"2"}}}',
      { auths: { a: { auth: '2' }, b: {} } },
    ],
    ['{"auths":{"a":{}},"Auths":null}', {}],
    ['{"credsStore":"first","CREDSSTORE":"last","credsstore":null}', { credsStore: 'last' }],
    ['{"credHelpers":{},"auths":{}}', { credHelpers: {}, auths: {} }],
    [
      '{"__proto__":{"x":1},"auths":{"__proto__":{"auth":"eA=="}}}',
      JSON.parse('{"__proto__":{"x":1},"auths":{"__proto__":{"auth":"eA=="}}}'),
    ],
  ])('%j is read as docker reads it', (text, expected) => {
    writeFileSync(file, text);
    const read = readAuthFile(file);
    expect(JSON.stringify(read)).toBe(JSON.stringify(expected));
  });

  test.each([
    ['{"auths":{"a":{"auth":"c2VjcmV0"}', 'it is not valid JSON'],
    ['[]', 'docker configuration'],
    ['"c2VjcmV0"', 'docker configuration'],
    ['{"auths":["c2VjcmV0"]}', 'docker configuration'],
    ['{"auths":{"a":"c2VjcmV0"}}', 'docker configuration'],
    ['{"credHelpers":{"a":"x","b":1}}', 'docker configuration'],
    ['{"auths":{"a":{},"b":1}}', 'docker configuration'],
    ['{"auths":{"a":{"auth":1}}}', 'docker configuration'],
    ['{"Auths":"c2VjcmV0"}', 'docker configuration'],
    ['{"credHelpers":"x"}', 'docker configuration'],
    ['{"credsStore":1}', 'docker configuration'],
  ])('%j is an error that does not quote it', (text, words) => {
    writeFileSync(file, text);
    expect(() => readAuthFile(file)).toThrow(words);
    expect(() => readAuthFile(file)).not.toThrow(/c2VjcmV0/);
  });

  test('a directory is an error', () => {
    mkdirSync(file);
    expect(() => readAuthFile(file)).toThrow('EISDIR');
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

  test.each([
    [{}, true],
    [{ auth: '', email: 'e' }, true],
    [{ auth: 'eA==' }, false],
    [{ identitytoken: 't' }, false],
    [{ registrytoken: 't' }, false],
    [{ username: 'u', password: 'p' }, false],
  ])('%j is the mark of a credential store: %s', (entry, expected) => {
    expect(isStoreMark(entry)).toBe(expected);
  });

  test('of a host with a port has that as its only key', () => {
    expect(holdsLogin({ auths: { 'h:1:443': { auth } } }, 'h:1', login)).toBe(false);
  });

  test('is added and removed by its exact name', () => {
    const config = withLogin({ x: 1 }, '__proto__', 'a');
    expect(Object.keys(config.auths ?? {})).toEqual(['__proto__']);
    expect(withoutLogin(config, 'toString')).toBe(config);
    expect(withoutLogin(config, '__proto__')).toEqual({ x: 1, auths: {} });
  });
});

test.each([
  ['a.example', ['a.example', 'a.example:443']],
  ['a.example:5000', ['a.example:5000']],
  ['[fd00::23]', ['[fd00::23]', '[fd00::23]:443']],
])('a login to %s can be under the keys %j', (registry, keys) => {
  expect(entryKeys(registry)).toEqual(keys);
});
