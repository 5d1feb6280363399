import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ClientError, type ContainerClient } from '../../../src/container/client.ts';
import { createClient } from '../../../src/container/create-client.ts';
import { logOut } from '../../../src/container/logout.ts';
import { TOOLS } from '../../../src/container/tool.ts';
import { captureOutput } from '../written-output.ts';

const { signal } = new AbortController();
const REGISTRY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const LOGIN = JSON.stringify({ auths: { [REGISTRY]: { auth: 'QVdTOnB3' } } });
let directory: string;
let file: string;
let written: () => string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logout-'));
  file = join(directory, 'auth.json');
  written = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

const auths = (): unknown => JSON.parse(readFileSync(file, 'utf8')).auths;

/** A client whose logout does this. */
const clientThat = (name: 'docker' | 'podman', logsOut: () => void): ContainerClient => ({
  tool: TOOLS[name],
  location: { variables: {}, file },
  logIn: async () => {},
  logOut: async () => logsOut(),
});

describe('the reason of a logout that failed', () => {
  /** Logs out with podman, which says this. */
  const saying = (message: string | undefined): Promise<string | undefined> => {
    const client = clientThat('podman', () => {
      if (message !== undefined) throw new ClientError(message);
    });
    return logOut(client, REGISTRY, signal);
  };

  test.each([
    ['there is none where it succeeds', LOGIN, undefined, undefined],
    ['it is what the client says', '{}', 'permission denied', 'permission denied'],
    ['a helper that keeps nothing is none', '{}', 'err: not implemented', undefined],
    ['it is one where the login is still there', LOGIN, 'err: not implemented', 'err: not implemented'],
  ])('%s', async (_, content, message, reason) => {
    writeFileSync(file, content);
    expect(await saying(message)).toBe(reason);
  });
});

describe('a client that reports success', () => {
  const logOutBy = (logsOut: () => void) => logOut(clientThat('docker', logsOut), REGISTRY, signal);

  test('and has left its file as it was: the login is removed from it, and the log says so', async () => {
    writeFileSync(file, LOGIN);
    expect(await logOutBy(() => {})).toBeUndefined();
    expect(auths()).toEqual({});
    expect(written()).toContain(`docker left the login to registry ${REGISTRY} in ${file}`);
  });

  test('and has written its file is left to know', async () => {
    writeFileSync(file, LOGIN);
    expect(await logOutBy(() => writeFileSync(file, ` ${LOGIN}`))).toBeUndefined();
    expect([Object.keys(auths() as object), written()]).toEqual([[REGISTRY], '']);
  });

  test('and has written one of two files with the login, as a docker that is podman, is left to know', async () => {
    const podmans = join(directory, 'podman.json');
    for (const path of [file, podmans]) writeFileSync(path, LOGIN);
    const client = clientThat('docker', () => writeFileSync(podmans, '{}'));
    const location = { file, variables: { REGISTRY_AUTH_FILE: podmans } };
    expect(await logOut({ ...client, location }, REGISTRY, signal)).toBeUndefined();
    expect([Object.keys(auths() as object), written()]).toEqual([[REGISTRY], '']);
  });

  test('and whose file has no such login is done', async () => {
    writeFileSync(file, '{"auths":{}}');
    expect(await logOutBy(() => {})).toBeUndefined();
    expect([readFileSync(file, 'utf8'), written()]).toEqual(['{"auths":{}}', '']);
  });
});

describe('a client whose program is gone', () => {
  const client = (name: 'helm' | 'podman', variables = {}): ContainerClient =>
    createClient({ tool: TOOLS[name] }, { variables, file }, {});

  test('has its login removed from the auth file, and the log says so', async () => {
    writeFileSync(file, LOGIN);
    expect(await logOut(client('podman'), REGISTRY, signal)).toBeUndefined();
    expect(auths()).toEqual({});
    expect(written()).toContain(
      `podman is no longer on PATH: the login to registry ${REGISTRY} was removed from ${file}\n`,
    );
  });

  test('whose login is elsewhere is an error with the command that removes it', async () => {
    writeFileSync(file, '{}');
    const reason = await logOut(client('helm'), REGISTRY, signal);
    expect(reason).toContain(`the login is not in ${file}.`);
    expect(reason?.split('\n').at(-1)).toBe(`helm registry logout ${REGISTRY}`);
  });

  test('and whose auth file only it knows is an error, too', async () => {
    const gone = createClient({ tool: TOOLS.podman }, { variables: {} }, {});
    expect(await logOut(gone, REGISTRY, signal)).toContain('that only the tool knows');
  });

  test('cannot log in', async () => {
    const login = { registry: REGISTRY, username: 'AWS', password: 'x', token: 'x' };
    const attempt = { signal, onMayBeWritten: () => {} };
    await expect(client('podman').logIn(login, attempt)).rejects.toThrow('podman is no longer on PATH');
  });
});
