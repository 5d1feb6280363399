import { describe, expect, test } from '@jest/globals';
import { howItEnded, logIn } from '../../../src/container/login.ts';
import { logOut } from '../../../src/container/logout.ts';

const client = { executable: '/nowhere/docker', config: '/nowhere' };
const never = new AbortController().signal;

test('a client that cannot be started is a failure of the login that says why', async () => {
  const login = { registry: 'host', username: 'AWS', password: 'hunter2', token: 'QVdTOmh1bnRlcjI=' };
  await expect(logIn(client, login, { environment: {}, maxAttempts: 1, signal: never })).rejects.toThrow(
    /^docker could not be started: .*spawn \/nowhere\/docker ENOENT$/,
  );
});

test('a client that cannot be started is the reason of a logout that failed', async () => {
  expect(await logOut(client, 'host', {}, never)).toContain('spawn /nowhere/docker ENOENT');
});

test('a logout that was cancelled says so', async () => {
  const slow = { executable: '/bin/sleep', config: '/nowhere' };
  expect(await logOut(slow, '60', {}, AbortSignal.abort())).toBe('it did not end (aborted)');
});

describe('howItEnded', () => {
  const result = { exitCode: null, stdout: '', stderr: 'Error: no' };
  test.each([
    ['by-itself', 'Error: no'],
    ['deadline', 'no end after 45 s, so it was stopped'],
    ['aborted', 'the step was cancelled'],
  ] as const)('%s', (ended, words) => {
    expect(howItEnded({ ...result, ended })).toBe(words);
  });
});
