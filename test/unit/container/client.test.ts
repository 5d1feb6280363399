import { describe, expect, test } from '@jest/globals';
import { clientEnvironment, clientMessage, failureReason } from '../../../src/container/client.ts';

describe('clientMessage', () => {
  test.each([
    ['Error response from daemon: no\n', 'Error response from daemon: no'],
    ['time="2026-01-01T00:00:00Z" level=info msg="x"\nError: no\n', 'Error: no'],
    ['level=warning msg="x"\nError: no\nlevel=info msg="y"', 'Error: no'],
    ['WARNING! Using --password\nError: no', 'Error: no'],
    ['Error: one\r\ntwo', 'Error: one two'],
    ['time="2026-01-01T00:00:00Z" level=fatal msg="not logged into \\"a.b\\""', 'not logged into "a.b"'],
    ['level=error msg="x509: bad"', 'x509: bad'],
    ['time="2026-01-01T00:00:00Z" level=fatal msg=unauthorized', 'unauthorized'],
    ['', ''],
    ['time="x" level=info msg="only noise"', ''],
  ])('%j: %s', (stderr, words) => {
    expect(clientMessage(stderr)).toBe(words);
  });
});

describe('failureReason', () => {
  const silent = { exitCode: 3, signal: null, stdout: '', stderr: '', ended: 'by-itself' } as const;
  test.each([
    [{ ...silent, stderr: 'Error: no\n' }, 'Error: no'],
    [{ ...silent, stdout: 'no\n' }, 'no'],
    [silent, 'it said nothing, and ended with exit code 3'],
    // Better noise than nothing.
    [{ ...silent, stderr: 'WARNING! all that there is\n' }, 'WARNING! all that there is'],
    [
      { ...silent, exitCode: null, signal: 'SIGKILL' },
      'it said nothing, and was ended by the signal SIGKILL',
    ],
    [
      { ...silent, exitCode: null, signal: 'SIGSEGV', stderr: 'Error: no' },
      'Error: no, and was ended by the signal SIGSEGV',
    ],
  ] as const)('%j: %s', (result, reason) => {
    expect(failureReason(result)).toBe(reason);
  });
});

describe('clientEnvironment', () => {
  const environment = {
    PATH: '/bin',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 't',
    DOCKER_CONFIG: '/a',
  };

  test('leads to the place of the login, without the credentials that a client does not need', () => {
    expect(clientEnvironment(environment, { DOCKER_CONFIG: '/b' })).toEqual({
      PATH: '/bin',
      DOCKER_CONFIG: '/b',
    });
  });

  test('has none of the variables that were not set when the place was found', () => {
    expect(clientEnvironment(environment, { DOCKER_CONFIG: null, REGISTRY_AUTH_FILE: '/c' })).toEqual({
      PATH: '/bin',
      REGISTRY_AUTH_FILE: '/c',
    });
  });
});
