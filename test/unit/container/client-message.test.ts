import { describe, expect, test } from '@jest/globals';
import { clientMessage, failureReason, unreadableConfig } from '../../../src/container/client-message.ts';

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
    // podman 5.4 without an entry in /etc/subuid, and a password that the registry refuses.
    [
      'time="x" level=error msg="cannot find UID/GID for user runner: no subuid ranges found for user \\"runner\\" in /etc/subuid - check rootless mode in man pages."\nError: logging into "a.b": invalid username/password\n',
      'Error: logging into "a.b": invalid username/password',
    ],
    ['Error: no \n\n more', 'Error: no more'],
    ['Error: WARNING! no', 'Error: WARNING! no'],
    ['Error: level=info msg="x"', 'Error: level=info msg="x"'],
    ['', ''],
    ['time="x" level=info msg="only noise"', ''],
  ])('%j: %s', (stderr, message) => {
    expect(clientMessage(stderr)).toBe(message);
  });
});

describe('failureReason', () => {
  const silent = { exitCode: 3, signal: null, stdout: '', stderr: '', ended: 'by-itself' } as const;
  test.each([
    [{ ...silent, stderr: 'Error: no\n' }, 'Error: no'],
    [{ ...silent, stdout: 'no\n' }, 'no'],
    [{ ...silent, stderr: 'Error: one\n', stdout: 'other\n' }, 'Error: one'],
    [{ ...silent, stderr: 'level=info msg="noise"\n', stdout: 'no\n' }, 'no'],
    [silent, 'no output, exit code 3'],
    // A warning says more than the exit code.
    [{ ...silent, stderr: 'WARNING! all that there is\n' }, 'WARNING! all that there is'],
    [{ ...silent, exitCode: null, signal: 'SIGKILL' }, 'no output, ended by signal SIGKILL'],
    [
      { ...silent, exitCode: null, signal: 'SIGSEGV', stderr: 'Error: no' },
      'Error: no, ended by signal SIGSEGV',
    ],
  ] as const)('%j: %s', (result, reason) => {
    expect(failureReason(result)).toBe(reason);
  });
});

test.each([
  [
    'x\nWARNING: Error loading config file: /c/config.json: no\nLogin Succeeded',
    'Error loading config file: /c/config.json: no',
  ],
  ['WARNING: Error parsing config file (/c): x', 'Error parsing config file (/c): x'],
  ['Login Succeeded', undefined],
  ['it says WARNING: Error loading config file', undefined],
  ['WARNING: Error storing config file', undefined],
])('what a client says of a configuration that it cannot read, in %j: %s', (output, problem) => {
  expect(unreadableConfig(output)).toBe(problem);
});
