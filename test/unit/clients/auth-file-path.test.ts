import { resolve } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { authFilePath, locationVariables } from '../../../src/clients/auth-file-path.ts';
import { CLIENTS, type ClientName, type FileKind } from '../../../src/clients/known-clients.ts';

describe('where logins are kept, on Linux', () => {
  test.each<[FileKind, NodeJS.ProcessEnv, path: string]>([
    ['docker', {}, '/home/me/.docker/config.json'],
    ['docker', { DOCKER_CONFIG: '/d' }, '/d/config.json'],
    ['docker', { DOCKER_CONFIG: 'd' }, resolve('d/config.json')],

    ['containers', { XDG_RUNTIME_DIR: '/run/user/7' }, '/run/user/7/containers/auth.json'],
    ['containers', { XDG_RUNTIME_DIR: '/r', DOCKER_CONFIG: '/d' }, '/d/config.json'],
    ['containers', { DOCKER_CONFIG: '/d', REGISTRY_AUTH_FILE: '/a.js' }, '/a.js'],

    ['helm', {}, '/home/me/.config/helm/registry/config.json'],
    ['helm', { XDG_CONFIG_HOME: '/x' }, '/x/helm/registry/config.json'],
    ['helm', { XDG_CONFIG_HOME: '/x', HELM_CONFIG_HOME: '/h' }, '/h/registry/config.json'],
    ['helm', { HELM_CONFIG_HOME: '/h', HELM_REGISTRY_CONFIG: '/r.js' }, '/r.js'],
  ])('%s, with %j: %s', (kind, variables, path) => {
    expect(authFilePath(kind, { HOME: '/home/me', ...variables })).toBe(path);
  });

  test.each([
    [0, '/run/containers/0/auth.json'],
    [1001, undefined],
  ])('podman, of user %d without XDG_RUNTIME_DIR: %s', (uid, path) => {
    jest.spyOn(process, 'getuid').mockReturnValue(uid);

    expect(authFilePath('containers', {})).toBe(path);
  });
});

const VARIABLES = { DOCKER_CONFIG: '/d', REGISTRY_AUTH_FILE: '/a', HELM_REGISTRY_CONFIG: '/h' };

/** Where each client keeps its logins with these variables. */
const PATHS: Record<ClientName, string> = {
  docker: '/d/config.json',
  podman: '/a',
  buildah: '/a',
  skopeo: '/a',
  nerdctl: '/d/config.json',
  finch: '/d/config.json',
  oras: '/d/config.json',
  helm: '/h',
  'config-file': '/d/config.json',
};

test.each(Object.entries(CLIENTS))('%s has the auth file of its kind', (name, { fileKind }) => {
  expect(authFilePath(fileKind, VARIABLES)).toBe(PATHS[name as ClientName]);
});

test('only docker, nerdctl and finch read an empty entry in credHelpers', () => {
  const names = Object.entries(CLIENTS).filter(([, { readsEmptyHelper }]) => readsEmptyHelper);

  expect(names.map(([name]) => name)).toEqual(['docker', 'nerdctl', 'finch']);
});

test('the variables that decide are kept with full paths', () => {
  const others = {
    HOME: '/h',
    USERPROFILE: '/h',
    XDG_CONFIG_HOME: '/x',
    XDG_RUNTIME_DIR: '/r',
    REGISTRY_AUTH_FILE: '/a',
    HELM_REGISTRY_CONFIG: '/b',
    HELM_CONFIG_HOME: '/c',
  };
  const env = { DOCKER_CONFIG: 'd', PATH: '/bin', ...others };

  expect(locationVariables(env)).toEqual({ DOCKER_CONFIG: resolve('d'), ...others });
});
