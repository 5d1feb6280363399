import { describe, expect, test } from '@jest/globals';
import { howItEnded, LoginRefused, logInTo } from '../../../src/container/login.ts';
import { logOutOf } from '../../../src/container/logout.ts';
import { TOOLS } from '../../../src/container/tool.ts';

const client = { tool: TOOLS.docker, executable: '/nowhere/docker', place: { variables: {} } };
const login = { registry: 'host', username: 'AWS', password: 'hunter2', token: 'QVdTOmh1bnRlcjI=' };
const never = new AbortController().signal;

test('a client that cannot be started is a failure of the login that says why', async () => {
  await expect(logInTo(client, login, { environment: {}, maxAttempts: 1, signal: never })).rejects.toThrow(
    /^docker could not be started: .*spawn \/nowhere\/docker ENOENT$/,
  );
});

test.each([
  ['gives up', 'exit 1', true],
  // Half a login may be there, so post logs out of it.
  ['is killed', 'kill -KILL $$', false],
])('a client that %s (%s) has refused the login: %s', async (_, script, isRefused) => {
  const tool = { ...TOOLS.docker, commands: { login: ['-c', script], logout: [] } };
  const shell = { ...client, tool, executable: '/bin/sh' };
  const error: unknown = await logInTo(shell, login, {
    environment: {},
    maxAttempts: 1,
    signal: never,
  }).catch((reason: unknown) => reason);
  expect([error instanceof Error, error instanceof LoginRefused]).toEqual([true, isRefused]);
});

test('a directory that cannot be made is left to the client to complain about', async () => {
  const place = { variables: {}, file: '/dev/null/docker/config.json' };
  await expect(
    logInTo({ ...client, place }, login, { environment: {}, maxAttempts: 1, signal: never }),
  ).rejects.toThrow('ENOENT');
});

test('a client that cannot be started is the reason of a logout that failed', async () => {
  expect(await logOutOf(client, 'host', {}, never)).toContain('spawn /nowhere/docker ENOENT');
});

test('a logout that was cancelled says so', async () => {
  const slow = {
    ...client,
    executable: '/bin/sleep',
    tool: { ...TOOLS.docker, commands: { login: [], logout: [] } },
  };
  expect(await logOutOf(slow, '60', {}, AbortSignal.abort())).toBe('it did not end (aborted)');
});

describe('howItEnded', () => {
  const result = { exitCode: null, signal: null, stdout: '', stderr: 'Error: no' };
  test.each([
    ['by-itself', 'Error: no'],
    ['deadline', 'no end after 45 s, so it was stopped'],
    ['aborted', 'the step was cancelled'],
  ] as const)('%s', (ended, words) => {
    expect(howItEnded({ ...result, ended })).toBe(words);
  });
});
