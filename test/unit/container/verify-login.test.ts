import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ContainerClient } from '../../../src/container/client.ts';
import { TOOLS, type ToolName } from '../../../src/container/tool.ts';
import { logInUntilKept, whereabouts } from '../../../src/container/verify-login.ts';
import { captureOutput } from '../written-output.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const login = { registry: HOST, username: 'AWS', password: 'pw', token: 'QVdTOnB3' };
const entry = { auths: { [HOST]: { auth: login.token } } };

let file: string;
let written: () => string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'kept-login-')), 'config.json');
  written = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(join(file, '..'), { recursive: true });
});

const write = (config: unknown): void => writeFileSync(file, JSON.stringify(config));
const client = (name: ToolName): ContainerClient => ({ tool: TOOLS[name], place: { variables: {}, file } });

describe('after a login it', () => {
  test.each([
    ['docker', entry, { kind: 'kept' }],
    ['podman', entry, { kind: 'kept' }],
    ['nerdctl', { auths: { [`${HOST}:443`]: { auth: login.token } } }, { kind: 'kept' }],
    ['docker', { auths: {} }, { kind: 'lost' }],
    ['oras', {}, { kind: 'lost' }],
    ['skopeo', { auths: { [HOST]: { auth: 'b2xkOm9sZA==' } } }, { kind: 'lost' }],
    ['nerdctl', { auths: {} }, { kind: 'unknown' }],
    ['helm', { auths: {} }, { kind: 'unknown' }],
    ['docker', { credsStore: 'desktop' }, { kind: 'helper', helper: 'desktop' }],
    ['podman', { credsStore: 'desktop' }, { kind: 'lost' }],
    ['buildah', { credHelpers: { [HOST]: 'h' } }, { kind: 'helper', helper: 'h' }],
  ] as const)('is looked for: %s, %j: %j', (tool, config, expected) => {
    write(config);
    expect(whereabouts(client(tool), login)).toEqual(expected);
  });

  test('is not looked for where there is no file, or one that cannot be read, or none is known', () => {
    expect(whereabouts(client('docker'), login)).toEqual({ kind: 'unknown' });
    writeFileSync(file, '{');
    expect(whereabouts(client('docker'), login)).toEqual({ kind: 'unknown' });
    expect(whereabouts({ tool: TOOLS.podman, place: { variables: {} } }, login)).toEqual({ kind: 'unknown' });
  });
});

describe('a login', () => {
  /** Logs in with these states of the file after each time; gives how often. */
  async function logInWith(tool: ToolName, ...states: unknown[]): Promise<number> {
    let made = 0;
    await logInUntilKept(client(tool), login, async () => {
      write(states[made] ?? states.at(-1));
      made += 1;
    });
    return made;
  }

  test('that is kept is made once, and nothing is said', async () => {
    expect(await logInWith('docker', entry)).toBe(1);
    expect(written()).toBe('');
  });

  test('that another writer lost is made again', async () => {
    expect(await logInWith('docker', {}, { auths: {} }, entry)).toBe(3);
    expect(written().match(/Logging in again/g)).toHaveLength(2);
    expect(written()).not.toContain('::warning::');
  });

  test('that is lost every time is left at that, with a warning', async () => {
    expect(await logInWith('docker', {})).toBe(3);
    expect(written()).toMatch(/^::warning::The login of docker .* though docker was logged in 3 times/m);
  });

  test('that fails is not looked for', async () => {
    const failing = logInUntilKept(client('docker'), login, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
  });

  test.each(['docker', 'podman'] as const)(
    'of %s that the helper ecr-login took is one that nothing keeps: a warning',
    async (tool) => {
      expect(await logInWith(tool, { credHelpers: { [HOST]: 'ecr-login' } })).toBe(1);
      expect(written()).toMatch(/^::warning::The credential helper ecr-login took the login .* keeps none/m);
      expect(written()).toContain('isolate-docker-config');
    },
  );

  test('that another helper took is no reason for a warning', async () => {
    expect(await logInWith('docker', { credsStore: 'osxkeychain' })).toBe(1);
    expect(written()).toBe('');
  });

  test('that was written where tools ask a helper is a warning', async () => {
    expect(await logInWith('config-file', { ...entry, credsStore: 'ecr-login' })).toBe(1);
    expect(written()).toMatch(/^::warning::.*names the credential helper ecr-login for registry/m);
  });
});
