import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { filesWithLogin, helperInFile, isInFile, versionOf } from '../../../src/container/find-login.ts';
import { TOOLS } from '../../../src/container/tool.ts';
import { captureOutput } from '../written-output.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const login = { registry: HOST, username: 'AWS', password: 'pw', token: 'QVdTOnB3' };
const entry = { auths: { [HOST]: { auth: login.token } } };

let file: string;
let written: () => string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'find-login-')), 'config.json');
  written = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(join(file, '..'), { recursive: true });
});

describe('the auth file of a client holds a login', () => {
  test('where it is there, with this password', () => {
    const client = { tool: TOOLS.docker, location: { variables: {}, file } };
    expect([isInFile(client, login), filesWithLogin(client, HOST)]).toEqual([false, []]);
    writeFileSync(file, JSON.stringify(entry));
    expect([isInFile(client, login), isInFile({ ...client, location: { variables: {} } }, login)]).toEqual([
      true,
      false,
    ]);
    expect(isInFile(client, { ...login, password: 'other' })).toBe(false);
    expect(filesWithLogin(client, HOST)).toEqual([file]);
  });

  test.each([
    ['with the port of TLS', { auths: { [`${HOST}:443`]: { auth: 'b2xkOm9sZA==' } } }, true],
    ['as an identity token', { auths: { [HOST]: { identitytoken: 'x' } } }, true],
    ['as the mark of a credential store', { auths: { [HOST]: {} } }, false],
    ['of another host', { auths: { 'ghcr.io': { auth: 'b2xkOm9sZA==' } } }, false],
    ['in a file that cannot be read', '{', false],
  ])('%s: %j: %s', (_what, config, isThere) => {
    writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
    const files = filesWithLogin({ tool: TOOLS.docker, location: { variables: {}, file } }, HOST);
    expect(files).toEqual(isThere ? [file] : []);
  });

  test('where it can be read; the debug log says why it cannot', () => {
    writeFileSync(file, '{');
    expect(isInFile({ tool: TOOLS.docker, location: { variables: {}, file } }, login)).toBe(false);
    expect(written()).toBe(`::debug::${file} cannot be read: it is not valid JSON\n`);
  });

  test.each([
    ['docker', true],
    ['oras', false],
  ] as const)(
    'where it is in the auth file of podman, for %s: %s, since an image may have podman as docker',
    (tool, isThere) => {
      const podmanFile = join(file, '..', 'auth.json');
      writeFileSync(podmanFile, JSON.stringify(entry));
      const location = { variables: { REGISTRY_AUTH_FILE: podmanFile, DOCKER_CONFIG: null }, file };
      expect(isInFile({ tool: TOOLS[tool], location }, login)).toBe(isThere);
    },
  );
});

test.each([
  ['docker', { credsStore: 'desktop' }, 'desktop'],
  ['podman', { credsStore: 'desktop' }, undefined],
  ['buildah', { credHelpers: { [HOST]: 'h' } }, 'h'],
  ['docker', entry, undefined],
] as const)('the helper in the file, %s, %j: %s', (tool, config, helper) => {
  const location = { variables: {}, file };
  expect(helperInFile({ tool: TOOLS[tool], location }, HOST)).toBeUndefined();
  writeFileSync(file, JSON.stringify(config));
  expect(helperInFile({ tool: TOOLS[tool], location }, HOST)).toBe(helper);
});

test('the version of a file changes with it', () => {
  expect(versionOf(file)).toBeUndefined();
  writeFileSync(file, '{}');
  const before = versionOf(file);
  expect(before).toBe(versionOf(file));
  writeFileSync(file, '{"auths":{}}');
  expect(versionOf(file)).not.toBe(before);
  expect(versionOf(join(file, 'below'))).toBeUndefined();
});
