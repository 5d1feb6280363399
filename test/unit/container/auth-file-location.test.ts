import os, { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import {
  authFileLocation,
  authFilesOf,
  containersSources,
  directoryOf,
  dockerDirectory,
  LOCATION_VARIABLES,
  requireHome,
} from '../../../src/container/auth-file-location.ts';
import { TOOLS } from '../../../src/container/tool.ts';
import { pretendPlatform } from '../platform.ts';

const home = homedir();
const isLinux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;
/** The auth file of podman where nothing names one. */
const usualAuthFile = isLinux
  ? isRoot
    ? '/run/containers/0/auth.json'
    : undefined
  : join(home, '.config', 'containers', 'auth.json');

describe("docker's location", () => {
  test.each([
    [{}, join(home, '.docker')],
    [{ DOCKER_CONFIG: '' }, join(home, '.docker')],
    [{ DOCKER_CONFIG: '/srv/docker' }, resolve('/srv/docker')],
    [{ DOCKER_CONFIG: 'relative/dir' }, resolve('relative/dir')],
  ])('with %j', (environment, directory) => {
    expect(dockerDirectory(environment)).toBe(directory);
    expect(authFileLocation('docker', environment).file).toBe(join(directory, 'config.json'));
  });
});

describe("podman's location", () => {
  const runtimeFile = isLinux ? '/run/user/7/containers/auth.json' : usualAuthFile;
  test.each([
    [{}, usualAuthFile],
    [{ XDG_RUNTIME_DIR: '/run/user/7' }, runtimeFile],
    [{ XDG_RUNTIME_DIR: '/run/user/7', DOCKER_CONFIG: '/d' }, '/d/config.json'],
    [{ DOCKER_CONFIG: '/d', REGISTRY_AUTH_FILE: '/a/auth.json' }, '/a/auth.json'],
    [{ DOCKER_CONFIG: '/d', REGISTRY_AUTH_FILE: '' }, '/d/config.json'],
    [{ REGISTRY_AUTH_FILE: 'here.json' }, resolve('here.json')],
  ])('with %j is %s', (environment, file) => {
    const location = authFileLocation('containers', environment);
    expect(location.file).toBe(file === undefined ? undefined : resolve(file));
  });
});

describe("helm's location", () => {
  test.each([
    [{ HELM_REGISTRY_CONFIG: '/h/r.json', HELM_CONFIG_HOME: '/c' }, '/h/r.json'],
    [{ HELM_CONFIG_HOME: '/c', XDG_CONFIG_HOME: '/x' }, '/c/registry/config.json'],
    [{ XDG_CONFIG_HOME: '/x' }, '/x/helm/registry/config.json'],
    ...(isLinux ? [[{}, join(home, '.config/helm/registry/config.json')] as const] : []),
  ])('with %j is %s', (environment, file) => {
    expect(authFileLocation('helm', environment).file).toBe(resolve(file));
  });
});

describe('the variables of a location', () => {
  const environment = {
    DOCKER_CONFIG: 'here',
    HOME: '/home/me',
    XDG_RUNTIME_DIR: '',
    PATH: '/bin',
    LD_PRELOAD: '/x',
  };
  test.each(['docker', 'containers', 'helm'] as const)(
    'of %s are those that are set, absolute, and null for the others',
    (kind) => {
      const unset = LOCATION_VARIABLES.map((name) => [name, null] as const);
      expect(authFileLocation(kind, environment).variables).toEqual({
        ...Object.fromEntries(unset),
        DOCKER_CONFIG: resolve('here'),
        HOME: '/home/me',
      });
    },
  );
});

describe('where podman looks for logins', () => {
  test('all of its files, the one that takes precedence last', () => {
    const environment = { XDG_RUNTIME_DIR: '/run/user/7', XDG_CONFIG_HOME: '/x' };
    const last = isLinux ? '/run/user/7/containers/auth.json' : usualAuthFile;
    expect(containersSources(environment)).toEqual([
      join(home, '.docker', 'config.json'),
      join('/x', 'containers', 'auth.json'),
      last,
    ]);
  });

  test('the one file that a variable names, and no other', () => {
    expect(containersSources({ REGISTRY_AUTH_FILE: '/a.json', XDG_RUNTIME_DIR: '/r' })).toEqual([
      resolve('/a.json'),
    ]);
  });
});

test('a location whose file only the tool knows has no directory for a lock', () => {
  expect(directoryOf({ variables: {} })).toBeUndefined();
  expect(directoryOf({ variables: {}, file: '/a/b.json' })).toBe('/a');
});

describe('on another system, and for another user', () => {
  /** As on this system, for this user. */
  const as = (system: string, uid: number): void => {
    pretendPlatform(system);
    jest.spyOn(process, 'getuid').mockReturnValue(uid);
  };
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([
    ['darwin', {}, join(home, 'Library/Preferences')],
    ['win32', { APPDATA: '/appdata' }, '/appdata'],
    ['win32', {}, join(home, 'AppData/Roaming')],
    ['linux', {}, join(home, '.config')],
  ])("helm's file on %s, with %j, is below %s", (system, environment, directory) => {
    as(system, 1001);
    const file = resolve(directory, 'helm', 'registry', 'config.json');
    expect(authFileLocation('helm', environment).file).toBe(file);
  });

  test.each([
    ['darwin', 0, join(home, '.config/containers/auth.json')],
    ['win32', 1001, join(home, '.config/containers/auth.json')],
    ['linux', 0, '/run/containers/0/auth.json'],
    ['linux', 1001, undefined],
  ])("podman's file on %s for user %d is %s", (system, uid, file) => {
    as(system, uid);
    expect(authFileLocation('containers', {}).file).toBe(file);
    const sources = [join(home, '.docker/config.json'), join(home, '.config/containers/auth.json'), file];
    expect(containersSources({})).toEqual([...new Set(sources.filter((one) => one !== undefined))]);
    expect(authFilesOf(TOOLS.docker, { variables: {} })).toEqual(file === undefined ? [] : [file]);
  });
});

describe('the home', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('is that of the user where the variable is empty', () => {
    const user = userInfo();
    jest.spyOn(os, 'homedir').mockReturnValue('');
    jest.spyOn(os, 'userInfo').mockReturnValue({ ...user, homedir: '/home/of/user' });
    expect(dockerDirectory({})).toBe(resolve('/home/of/user/.docker'));
  });

  test('that does not exist is an error with the variable that names another location', () => {
    const cause = new Error('ENOENT');
    jest.spyOn(os, 'homedir').mockImplementation(() => {
      throw cause;
    });
    const failing = [requireHome, () => dockerDirectory({}), () => authFileLocation('helm', {})];
    const symptoms = failing.map((fail) => {
      try {
        return fail();
      } catch (error) {
        expect(error).toMatchObject({ cause, message: expect.stringContaining('has no home directory: ') });
        return (error as { symptom: { remedy: string } }).symptom.remedy;
      }
    });
    expect(symptoms).toEqual(
      ['DOCKER_CONFIG', 'DOCKER_CONFIG', 'HELM_REGISTRY_CONFIG'].map((name) =>
        expect.stringContaining(`${name} says where the logins go.`),
      ),
    );
    // With a file that a variable names, no home is needed.
    expect(containersSources({ REGISTRY_AUTH_FILE: '/a.json' })).toEqual([resolve('/a.json')]);
    expect(() => containersSources({ DOCKER_CONFIG: '/d' })).toThrow(
      expect.objectContaining({
        symptom: expect.objectContaining({
          remedy: expect.stringContaining('REGISTRY_AUTH_FILE says where'),
        }),
      }),
    );
  });
});
