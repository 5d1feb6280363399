import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  authFileLocation,
  containersSources,
  directoryOf,
  dockerDirectory,
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

describe("docker's place", () => {
  test.each([
    [{}, join(home, '.docker')],
    [{ DOCKER_CONFIG: '' }, join(home, '.docker')],
    [{ DOCKER_CONFIG: '/srv/docker' }, resolve('/srv/docker')],
    [{ DOCKER_CONFIG: 'relative/dir' }, resolve('relative/dir')],
  ])('with %j', (environment, directory) => {
    expect(dockerDirectory(environment)).toBe(directory);
    expect(authFileLocation('docker', environment)).toEqual({
      variables: { DOCKER_CONFIG: directory },
      file: join(directory, 'config.json'),
    });
  });
});

describe("podman's place", () => {
  const runtimeFile = isLinux ? '/run/user/7/containers/auth.json' : usualAuthFile;
  test.each([
    [{}, usualAuthFile],
    [{ XDG_RUNTIME_DIR: '/run/user/7' }, runtimeFile],
    [{ XDG_RUNTIME_DIR: '/run/user/7', DOCKER_CONFIG: '/d' }, '/d/config.json'],
    [{ DOCKER_CONFIG: '/d', REGISTRY_AUTH_FILE: '/a/auth.json' }, '/a/auth.json'],
    [{ DOCKER_CONFIG: '/d', REGISTRY_AUTH_FILE: '' }, '/d/config.json'],
    [{ REGISTRY_AUTH_FILE: 'here.json' }, resolve('here.json')],
  ])('with %j is %s', (environment, file) => {
    const place = authFileLocation('containers', environment);
    expect(place.file).toBe(file === undefined ? undefined : resolve(file));
    expect(Object.keys(place.variables)).toEqual(['REGISTRY_AUTH_FILE', 'DOCKER_CONFIG', 'XDG_RUNTIME_DIR']);
  });

  test('is held by the variables as they are now: those that are not set are not set later either', () => {
    expect(authFileLocation('containers', { XDG_RUNTIME_DIR: '/x' }).variables).toEqual({
      REGISTRY_AUTH_FILE: null,
      DOCKER_CONFIG: null,
      XDG_RUNTIME_DIR: '/x',
    });
  });
});

describe("helm's place", () => {
  test.each([
    [{ HELM_REGISTRY_CONFIG: '/h/r.json', HELM_CONFIG_HOME: '/c' }, '/h/r.json'],
    [{ HELM_CONFIG_HOME: '/c', XDG_CONFIG_HOME: '/x' }, '/c/registry/config.json'],
    [{ XDG_CONFIG_HOME: '/x' }, '/x/helm/registry/config.json'],
    ...(isLinux ? [[{}, join(home, '.config/helm/registry/config.json')] as const] : []),
  ])('with %j is %s', (environment, file) => {
    expect(authFileLocation('helm', environment)).toEqual({
      variables: { HELM_REGISTRY_CONFIG: resolve(file) },
      file: resolve(file),
    });
  });
});

describe('where podman looks for logins', () => {
  test('all of its files, the one that counts most last', () => {
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

test('a place whose file only the tool knows has no directory for a lock', () => {
  expect(directoryOf({ variables: {} })).toBeUndefined();
  expect(directoryOf({ variables: {}, file: '/a/b.json' })).toBe('/a');
});
