import * as fs from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import * as files from '../../../src/clients/auth-file.ts';
import { CLIENTS } from '../../../src/clients/known-clients.ts';
import { singleLine } from '../../../src/runner/log.ts';
import { testReal } from '../../harness/real-parts.ts';
import { expectLinear, homeOf, SEED } from '../support.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const LOGIN = { auth: 'eA==' };
const file = () => homeOf('config.json');

test.each<[text: string, files.AuthFile]>([
  [' \n', {}],
  ['{"auths":null,"credHelpers":null}', { auths: null, credHelpers: null }],
  ['\uFEFF{"auths":{"a":{"auth":"eA=="}},"proxies":{}}', { auths: { a: LOGIN }, proxies: {} }],
])('an auth file with %j is read as %j', (text, config) => {
  fs.writeFileSync(file(), text);

  expect(files.readAuthFile(file())).toEqual(config);
});

// As docker 28.2.2 wrote such files after a logout: its decoder takes keys in any case, and adds the entries of a map to
// those that it has. An entry is replaced as a whole.
test.each<[text: string, files.AuthFile]>([
  ['{"credsstore":"a","CREDHELPERS":{"b":"c"}}', { credsStore: 'a', credHelpers: { b: 'c' } }],
  ['{"auths":{"a":{}},"\\u0041uths":{"b":{}}}', { auths: { a: {}, b: {} } }],
  ['{"auths":{"a":{"auth":"1"},"a":{"x":"2"}}}', { auths: { a: { x: '2' } } }],
  ['{"auths":{"a":{}},"auths":null,"Auths":{"b":{}}}', { auths: { b: {} } }],
  [
    '{"auths":{"x\\",":{",":{}}},"z":[{"auths":1}]}',
    { auths: { 'x",': { ',': {} } }, z: [{ auths: 1 }] },
  ],
  ['{"my":{"a":1},"my":{"b":2},"My":3}', { my: { a: 1, b: 2 }, My: 3 }],
])('an auth file with %s is read as docker reads it', (text, config) => {
  fs.writeFileSync(file(), text);

  expect(files.readAuthFile(file())).toEqual(config);
});

test(`an auth file is read as JSON.parse reads it, if each key is there once (seed ${SEED})`, () => {
  const anyConfig = fc.dictionary(
    fc.string().map((key) => `.${key}`),
    fc.jsonValue(),
  );
  const property = fc.property(anyConfig, (config) => {
    const text = JSON.stringify(config);
    fs.writeFileSync(file(), text);

    expect(files.readAuthFile(file())).toEqual(JSON.parse(text));
  });
  fc.assert(property, { seed: SEED });
});

test('an auth file that is missing has no logins', () => {
  expect(files.readAuthFile(file())).toEqual({});
});

const FORM = 'it does not have the form of a docker configuration';

test.each([
  ['{"auths":{"a":{"auth":"c2VjcmV0"}', 'it is not valid JSON'],
  ['[{"auth":"c2VjcmV0"}]', FORM],
  ['{"auths":"c2VjcmV0"}', FORM],
  ['{"auths":[]}', FORM],
  ['{"credHelpers":"c2VjcmV0"}', FORM],
])('the error for an auth file with %j does not quote it: %s', (text, message) => {
  fs.writeFileSync(file(), text);

  expect(() => files.readAuthFile(file())).toThrow(new Error(message));
});

test.each([
  [{ [HOST]: LOGIN }, 'this'],
  [{ [`${HOST}:443`]: LOGIN }, 'this'],
  [{ [HOST]: { auth: 'other' } }, 'another'],
  [{ [HOST]: { identitytoken: 'x' } }, 'another'],
  [{ [HOST]: {} }, 'none'],
  [{ [HOST]: null, 'ghcr.io': LOGIN }, 'none'],
  [undefined, 'none'],
])('of %j, the login for the registry is %s', (auths, which) => {
  const config = { auths } as files.AuthFile;

  expect(files.hasLogin(config, HOST)).toBe(which !== 'none');
  expect(files.hasAuth(config, HOST, LOGIN.auth)).toBe(which === 'this');
});

test.each([
  ['docker', {}, undefined],
  ['docker', { credsStore: 'desktop' }, 'desktop'],
  ['docker', { credsStore: 'desktop', credHelpers: { [HOST]: 'own' } }, 'own'],
  ['docker', { credsStore: 'desktop', credHelpers: { [HOST]: '' } }, undefined],
  ['oras', { credsStore: 'desktop', credHelpers: { [HOST]: '' } }, 'desktop'],
  ['podman', { credsStore: 'desktop' }, undefined],
  ['podman', { credHelpers: { [HOST]: 'own' } }, 'own'],
] as const)('%s with %j hands the login to %s', (name, config, helper) => {
  expect(files.helperFor(config, HOST, CLIENTS[name])).toBe(helper);
});

const DRAFT = '.ecr-pod-identity-login-draft-';
const mode = (path: string) => fs.statSync(path).mode & 0o777;
const isLink = (path: string) => fs.lstatSync(path).isSymbolicLink();

describe('an auth file that is written', () => {
  const config = { auths: { a: {} } };

  test('is for its owner alone, also its directory', () => {
    const directory = homeOf('new');
    files.writeAuthFile(homeOf('new', 'config.json'), config);

    expect(fs.readdirSync(directory)).toEqual(['config.json']);
    expect([mode(directory), mode(homeOf('new', 'config.json'))]).toEqual([0o700, 0o600]);
  });

  test('keeps its mode, and stays a link, which can lead to another disk', () => {
    const target = homeOf('disk', 'target');
    fs.mkdirSync(homeOf('disk'));
    fs.writeFileSync(target, '{}', { mode: 0o640 });
    fs.symlinkSync('disk/target', file());
    const reader = fs.openSync(file(), 'r');
    for (const end of ['', '.bak']) fs.writeFileSync(`${target}${end}${DRAFT}x1`, 'secret');

    files.writeAuthFile(file(), config);

    expect([isLink(file()), mode(file())]).toEqual([true, 0o640]);
    expect(files.readAuthFile(target)).toEqual(config);

    // The draft is on the same disk. One that a killed process has left is removed, too, but
    // no draft of another file.
    expect(fs.readdirSync(homeOf('disk'))).toEqual(['target', `target.bak${DRAFT}x1`]);

    // A program that has the old file open still reads all of it.
    expect(fs.readFileSync(reader, 'utf8')).toBe('{}');
    fs.closeSync(reader);
  });

  testReal('root')('keeps the group if the user does not own it', () => {
    fs.writeFileSync(file(), '{}');
    fs.chownSync(file(), 1001, 1002);
    jest.spyOn(process, 'getuid').mockReturnValue(1003);

    files.writeAuthFile(file(), config);

    expect(fs.statSync(file())).toMatchObject({ gid: 1002 });
  });

  test('stays a link to what is not there yet, which is created, as docker does', () => {
    // The way of the link begins where its directory really is.
    fs.mkdirSync(homeOf('disk', 'far'), { recursive: true });
    fs.symlinkSync('disk/far', homeOf('way'));
    fs.symlinkSync('../made/target', homeOf('way', 'config.json'));

    files.writeAuthFile(homeOf('way', 'config.json'), config);

    expect(mode(homeOf('disk', 'made', 'target'))).toBe(0o600);
    expect(isLink(homeOf('way', 'config.json'))).toBe(true);
  });

  test('is left as it was, without a draft, if that fails', () => {
    fs.mkdirSync(homeOf('config.json', 'full'), { recursive: true });

    expect(() => files.writeAuthFile(file(), {})).toThrow('not a regular file');
    expect(fs.readdirSync(homeOf())).toEqual(['config.json']);
  });
});

test('a login is removed, and all else is kept', () => {
  const others = { auths: { 'ghcr.io': LOGIN }, credsStore: '', proxies: { default: {} } };
  const auths = { ...others.auths, [HOST]: LOGIN, [`${HOST}:443`]: LOGIN };
  fs.writeFileSync(file(), JSON.stringify({ ...others, auths }));

  expect(files.removeLogin(file(), HOST)).toBe(true);
  expect(JSON.parse(fs.readFileSync(file(), 'utf8'))).toEqual(others);

  expect(files.removeLogin(file(), HOST)).toBe(false);
});

test.each([
  ['{"auths":{"a":{"auth":"QVdTOnRoZTpzZWNyZXQ="}}}', 'QVdTOnRoZTpzZWNyZXQ= the:secret'],
  ['{"Auth" : "QVdTOmluIGEgcGFydA==', 'in a part'],
])('the logins in %j are not shown', (text, secrets) => {
  files.hideLogins(text);

  expect(singleLine(secrets)).toMatch(/^[* ]+$/);
});

test.each(['"auth" : "', ' :"'])('logins in 128 KB of %j are found in linear time', (piece) => {
  expectLinear(piece, files.hideLogins);
});
