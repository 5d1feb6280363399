import * as fs from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import * as files from '../../../src/clients/auth-file.ts';
import { TOOLS } from '../../../src/clients/tools.ts';
import { messageOf } from '../../../src/errors/failure.ts';
import { fakeClock, homeOf, output, table, thrownBy, variablesOf } from '../support.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const LOGIN = { auth: 'eA==' };
const file = (): string => homeOf('config.json');

describe('where logins are kept, on Linux', () => {
  table(`
    docker     |                                           | /home/me/.docker/config.json
    docker     | DOCKER_CONFIG=/d                          | /d/config.json
    docker     | DOCKER_CONFIG=d                           | ${resolve('d/config.json')}
    containers | XDG_RUNTIME_DIR=/run/user/7               | /run/user/7/containers/auth.json
    containers | XDG_RUNTIME_DIR=/r DOCKER_CONFIG=/d       | /d/config.json
    containers | DOCKER_CONFIG=/d REGISTRY_AUTH_FILE=/a.js | /a.js
    helm       |                                           | /home/me/.config/helm/registry/config.json
    helm       | XDG_CONFIG_HOME=/x                        | /x/helm/registry/config.json
    helm       | XDG_CONFIG_HOME=/x HELM_CONFIG_HOME=/h    | /h/registry/config.json
    helm       | HELM_CONFIG_HOME=/h HELM_REGISTRY_CONFIG=/r.js | /r.js
`)('%s, with %s: %s', (kind, variables, path) => {
    const env = { HOME: '/home/me', ...variablesOf(variables) };
    expect(files.authFile(kind as 'docker', env)).toBe(path);
  });

  test.each([
    [0, '/run/containers/0/auth.json'],
    [1001, undefined],
  ])('podman, of user %d without XDG_RUNTIME_DIR: %s', (uid, path) => {
    jest.spyOn(process, 'getuid').mockReturnValue(uid);
    expect(files.authFile('containers', {})).toBe(path);
  });

  test('the variables that decide are kept with full paths, and `~` gets a warning', () => {
    const others = `HOME=/h USERPROFILE=/h XDG_CONFIG_HOME=/x XDG_RUNTIME_DIR=/r REGISTRY_AUTH_FILE=/a
      HELM_REGISTRY_CONFIG=/b HELM_CONFIG_HOME=/c`;
    const kept = { DOCKER_CONFIG: resolve('~'), ...variablesOf(others) };
    expect(files.locationVariables(variablesOf(`DOCKER_CONFIG=~ PATH=/bin ${others}`))).toEqual(
      kept,
    );
    expect(output()).toMatch(/^::warning::DOCKER_CONFIG/);
    expect(files.locationVariables({ DOCKER_CONFIG: '/a~/b' })).toEqual({ DOCKER_CONFIG: '/a~/b' });
    expect(output()).toMatch(/^.*\n$/);
  });
});

const FORM = 'it does not have the form of a docker configuration';
test.each<[text: string, read: unknown]>([
  [' \n', {}],
  ['{"auths":null,"credHelpers":null}', { auths: null, credHelpers: null }],
  ['\uFEFF{"auths":{"a":{"auth":"eA=="}},"proxies":{}}', { auths: { a: LOGIN }, proxies: {} }],
  // An error does not quote the file.
  ['{"auths":{"a":{"auth":"c2VjcmV0"}', 'it is not valid JSON'],
  ['[{"auth":"c2VjcmV0"}]', FORM],
  ['{"auths":"c2VjcmV0"}', FORM],
  ['{"auths":[]}', FORM],
  ['{"credHelpers":"c2VjcmV0"}', FORM],
])('an auth file with %j is read as %j', async (text, read) => {
  expect(files.readAuthFile(file())).toEqual({});
  fs.writeFileSync(file(), text);
  if (typeof read !== 'string') expect(files.readAuthFile(file())).toEqual(read);
  else expect((await thrownBy(() => files.readAuthFile(file()))).message).toBe(read);
});

test.each([
  [{ [HOST]: LOGIN }, 'this'],
  [{ [`${HOST}:443`]: LOGIN }, 'this'],
  [{ [HOST]: { auth: 'other' } }, 'another'],
  [{ [HOST]: { identitytoken: 'x' } }, 'another'],
  [{ [HOST]: {} }, 'none'],
  [{ [HOST]: null }, 'none'],
  [{ 'ghcr.io': LOGIN }, 'none'],
  [undefined, 'none'],
])('of %j, the login for the registry is %s', (auths, which) => {
  const config = { auths } as files.AuthFile;
  const has = [files.hasLogin(config, HOST), files.hasAuth(config, HOST, LOGIN.auth)];
  expect(has).toEqual([which !== 'none', which === 'this']);
});

test.each([
  ['docker', {}, undefined],
  ['docker', { credsStore: 'desktop' }, 'desktop'],
  ['docker', { credsStore: 'desktop', credHelpers: { [HOST]: 'own' } }, 'own'],
  ['docker', { credsStore: 'desktop', credHelpers: { [HOST]: '' } }, undefined],
  ['oras', { credsStore: 'desktop', credHelpers: { [HOST]: '' } }, 'desktop'],
  ['podman', { credsStore: 'desktop' }, undefined],
  ['podman', { credHelpers: { [HOST]: 'own' } }, 'own'],
] as const)('%s with %j hands the login to %s', (tool, config, helper) => {
  expect(files.helperFor(config, HOST, TOOLS[tool])).toBe(helper);
});

const DRAFT = '.ecr-pod-identity-login-draft-';
const mode = (path: string): number => fs.statSync(path).mode & 0o777;

describe('an auth file that is written', () => {
  test('is for its owner alone, also its directory', async () => {
    await files.writeAuthFile(homeOf('new', 'config.json'), { auths: {} });
    expect([mode(homeOf('new')), mode(homeOf('new', 'config.json'))]).toEqual([0o700, 0o600]);
    expect(fs.readdirSync(homeOf('new'))).toEqual(['config.json']);
  });

  test('keeps its mode, and stays a link, which can lead to another disk', async () => {
    fs.mkdirSync(homeOf('disk'));
    fs.writeFileSync(homeOf('disk', 'target'), '{}', { mode: 0o640 });
    fs.symlinkSync('disk/target', file());
    const reader = fs.openSync(file(), 'r');
    fs.writeFileSync(homeOf('disk', `target${DRAFT}x1`), 'secret');
    await files.writeAuthFile(file(), { auths: { a: {} } });
    expect([fs.lstatSync(file()).isSymbolicLink(), mode(file())]).toEqual([true, 0o640]);
    expect(files.readAuthFile(homeOf('disk', 'target'))).toEqual({ auths: { a: {} } });
    // The draft is on the same disk, and so is one that a killed process has left.
    expect(fs.readdirSync(homeOf('disk'))).toEqual(['target']);
    // A program that has the old file open still reads all of it.
    expect(fs.readFileSync(reader, 'utf8')).toBe('{}');
    fs.closeSync(reader);
  });

  test('stays a link to what is not there yet, which is created, as docker does', async () => {
    fs.symlinkSync('links/second', file());
    fs.mkdirSync(homeOf('links'));
    fs.symlinkSync('../disk/target', homeOf('links', 'second'));
    await files.writeAuthFile(file(), { auths: { a: {} } });
    expect([fs.lstatSync(file()).isSymbolicLink(), mode(homeOf('disk', 'target'))]).toEqual([
      true,
      0o600,
    ]);
    expect(files.readAuthFile(file())).toEqual({ auths: { a: {} } });
    // A relative link in a linked directory begins where that directory really is.
    fs.mkdirSync(homeOf('disk', 'far'));
    const links = { way: 'disk/far', 'way/config.json': '../made', loop: 'loop' };
    for (const [path, target] of Object.entries(links)) fs.symlinkSync(target, homeOf(path));
    await files.writeAuthFile(homeOf('way', 'config.json'), {});
    expect([fs.existsSync(homeOf('disk', 'made')), fs.existsSync(homeOf('made'))]).toEqual([
      true,
      false,
    ]);
    await expect(files.writeAuthFile(homeOf('loop'), {})).rejects.toThrow('ELOOP');
  });

  test('is left as it was, without a draft, if that fails', async () => {
    fs.mkdirSync(homeOf('config.json', 'full'), { recursive: true });
    await expect(files.writeAuthFile(file(), {})).rejects.toThrow('EISDIR');
    expect(fs.readdirSync(homeOf())).toEqual(['config.json']);
  });
});

test.each([
  ['EPERM', 'win32', 12, true],
  ['EACCES', 'win32', 12, true],
  ['EBUSY', 'win32', 12, true],
  ['EPERM', 'win32', 1_000, false],
  ['EISDIR', 'win32', 1, false],
  ['EPERM', 'linux', 1, false],
])(
  'a rename that ends with %s on %s, %i times, is repeated until it is done: %s',
  async (...row) => {
    const [code, platform, times, isDone] = row;
    const own = Object.getOwnPropertyDescriptor(process, 'platform') ?? {};
    Object.defineProperty(process, 'platform', { ...own, value: platform });
    const clock = fakeClock();
    const start = clock.now();
    let attempts = 0;
    const rename = (): void => {
      attempts += 1;
      if (attempts <= times) throw Object.assign(new Error(`${code}: x, rename`), { code });
    };
    const error = await files.untilFree(rename, clock).catch(messageOf);
    Object.defineProperty(process, 'platform', own);
    const elapsedMs = clock.now() - start;
    expect([error, elapsedMs]).toEqual(
      isDone ? [undefined, 1_200] : [`${code}: x, rename`, times > 1 ? 3_000 : 0],
    );
  },
);

test('a login is removed, and all else is kept', async () => {
  const others = { auths: { 'ghcr.io': LOGIN }, credsStore: '', proxies: { default: {} } };
  const auths = { ...others.auths, [HOST]: LOGIN, [`${HOST}:443`]: LOGIN };
  fs.writeFileSync(file(), JSON.stringify({ ...others, auths }));
  expect(await files.removeLogin(file(), HOST)).toBe(true);
  expect(JSON.parse(fs.readFileSync(file(), 'utf8'))).toEqual(others);
  expect(await files.removeLogin(file(), HOST)).toBe(false);
});

test.each([
  [`config.json${DRAFT}abc123`, true],
  [`config.json.bak${DRAFT}abc123`, false],
  [`other.json${DRAFT}abc123`, false],
  ['config.json', false],
])('of what is beside the auth file, %s is removed as a draft: %s', (name, isRemoved) => {
  fs.writeFileSync(homeOf(name), 'secret');
  files.removeDrafts(file());
  expect(fs.existsSync(homeOf(name))).toBe(!isRemoved);
});
