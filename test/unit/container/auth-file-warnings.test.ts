import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { authFileLocation } from '../../../src/container/auth-file-location.ts';
import { warnOfAuthFiles } from '../../../src/container/auth-file-warnings.ts';
import { createClient } from '../../../src/container/create-client.ts';
import { TOOLS, type ToolName } from '../../../src/container/tool.ts';
import type { Environment } from '../../../src/runner/environment.ts';
import { pretendPlatform } from '../platform.ts';
import { captureOutput } from '../written-output.ts';

let directory: string;
let file: string;
let written: () => string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'auth-files-'));
  file = join(directory, 'config.json');
  written = captureOutput();
  // Whoever runs the tests.
  jest.spyOn(process, 'getuid').mockReturnValue(1001);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

/** The warnings for these tools, whose programs are all there. */
function warnings(environment: Environment, ...names: ToolName[]): readonly string[] {
  const clients = names.map((name) => {
    const tool = TOOLS[name];
    const location = authFileLocation(tool.keepsIn, environment);
    return createClient({ tool, executable: `/bin/${name}` }, location, environment);
  });
  warnOfAuthFiles(clients, environment);
  return written().split('\n').slice(0, -1);
}

describe('a tilde at the beginning of a path', () => {
  test('of the auth file is a warning with the directory that it means', () => {
    const environment = { HOME: directory, DOCKER_CONFIG: '~/.docker' };
    const [warning, ...others] = warnings(environment, 'docker', 'oras');
    expect(warning).toContain(`DOCKER_CONFIG is '~/.docker'`);
    expect(warning).toContain(resolve('~/.docker'));
    expect(others).toEqual([]);
  });

  test('of the file itself is a warning, too', () => {
    const environment = { HOME: directory, REGISTRY_AUTH_FILE: '~' };
    expect(warnings(environment, 'podman')).toEqual([expect.stringContaining("REGISTRY_AUTH_FILE is '~'")]);
  });

  test.each<[why: string, environment: Environment]>([
    ['another user', { DOCKER_CONFIG: '~user/.docker' }],
    ['no home', { DOCKER_CONFIG: 'x~/.docker' }],
    ['a variable that decides another file', { DOCKER_CONFIG: '/auth', XDG_CONFIG_HOME: '~/.config' }],
    [
      'a directory whose name only begins so',
      { DOCKER_CONFIG: resolve('~/.docker2'), HELM_CONFIG_HOME: '~/.docker' },
    ],
  ])('is none where it is %s', (_, environment) => {
    expect(warnings({ HOME: directory, ...environment }, 'docker')).toEqual([]);
  });
});

// Elsewhere podman keeps its logins in the home directory.
(process.platform === 'linux' ? test : test.skip)('a file that only podman knows is no warning', () => {
  expect(warnings({ HOME: directory, XDG_CONFIG_HOME: '~/.config' }, 'podman')).toEqual([]);
});

describe('an auth file of another user', () => {
  const warningsOfDocker = () => warnings({ DOCKER_CONFIG: directory, HOME: directory }, 'docker');
  const asRoot = (owner: number): readonly string[] => {
    const { uid } = statSync(directory);
    writeFileSync(file, '{}', { mode: 0o600 });
    if (uid === 0) chownSync(file, owner, owner);
    else if (owner === 0) return [];
    jest.spyOn(process, 'getuid').mockReturnValue(0);
    return warningsOfDocker();
  };

  test('is a warning for root', () => {
    expect(asRoot(1001)).toEqual([expect.stringContaining(`runs as root, and ${file} belongs to the user`)]);
  });

  test('is none where it is of root itself', () => {
    expect(asRoot(0)).toEqual([]);
  });

  test('is none where there is no file yet', () => {
    jest.spyOn(process, 'getuid').mockReturnValue(0);
    expect(warningsOfDocker()).toEqual([]);
  });

  test('is none for any other user', () => {
    writeFileSync(file, '{}', { mode: 0o600 });
    const { uid } = statSync(file);
    if (uid === 0) chownSync(file, 1002, 1002);
    expect(warningsOfDocker()).toEqual([]);
  });
});

describe('an auth file that others can access', () => {
  const withMode = (mode: number, ...names: ToolName[]): readonly string[] => {
    writeFileSync(file, '{}');
    chmodSync(file, mode);
    return warnings({ DOCKER_CONFIG: directory, HOME: directory }, ...names);
  };

  test.each([
    [0o644, '644'],
    [0o620, '620'],
    [0o601, '601'],
  ])('of mode %d is a warning where this action writes it', (mode, shown) => {
    expect(withMode(mode, 'config-file')).toEqual([expect.stringContaining(`(mode ${shown}): chmod 600`)]);
  });

  test('is none for a file of one user, nor where a client writes it', () => {
    expect(withMode(0o600, 'config-file')).toEqual([]);
    expect(withMode(0o644, 'docker')).toEqual([]);
  });

  test('is none on Windows, where modes do not tell who can', () => {
    pretendPlatform('win32');
    expect(withMode(0o644, 'config-file')).toEqual([]);
  });
});

describe('settings that podman and its kin drop', () => {
  const settings = (config: unknown, environment: Environment, ...names: ToolName[]): readonly string[] => {
    writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
    return warnings({ HOME: directory, ...environment }, ...names);
  };
  const config = { auths: {}, credHelpers: {}, proxies: {}, credsStore: 'pass' };

  test('are named', () => {
    expect(settings(config, { REGISTRY_AUTH_FILE: file }, 'skopeo')).toEqual([
      expect.stringContaining(`skopeo will drop these settings from it: proxies, credsStore.`),
    ]);
  });

  test.each<[why: string, config: unknown, environment: () => Environment, tool: ToolName]>([
    ['there are none', { auths: {}, credHelpers: {} }, () => ({ REGISTRY_AUTH_FILE: file }), 'podman'],
    ['the file cannot be read', '{', () => ({ REGISTRY_AUTH_FILE: file }), 'podman'],
    ['docker keeps them', config, () => ({ REGISTRY_AUTH_FILE: file, DOCKER_CONFIG: directory }), 'docker'],
    ['DOCKER_CONFIG leads to them', config, () => ({ DOCKER_CONFIG: directory }), 'podman'],
  ])('are no warning where %s', (_, content, environment, tool) => {
    expect(settings(content, environment(), tool)).toEqual([]);
  });
});
