import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  authFileLocation,
  containersSources,
  directoryOf,
  dockerDirectory,
  LOCATION_VARIABLES,
} from '../../../src/container/auth-file-location.ts';

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
