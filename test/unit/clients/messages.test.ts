import { describe, expect, test } from '@jest/globals';
import { failureReason, isLasting, unreadableConfig } from '../../../src/clients/messages.ts';
import type { ProgramResult } from '../../../src/clients/process.ts';
import { SAMPLES } from '../known-errors/samples.ts';
import { expectLinear } from '../support.ts';

const SILENT: ProgramResult = {
  exitCode: 3,
  signal: null,
  stderr: '',
  stopped: undefined,
};

test.each<[Partial<ProgramResult>, reason: string]>([
  [{ stderr: 'time="2026-01-01T00:00:00Z" level=info msg="x"\nError: no\n' }, 'Error: no'],
  [{ stderr: 'level=warning msg="x"\nError: no\nlevel=info msg="y"' }, 'Error: no'],
  [{ stderr: 'WARNING! Using --password\nError: no' }, 'Error: no'],
  [{ stderr: 'Error: one\r\ntwo\n\n three' }, 'Error: one two three'],
  [{ stderr: 'time="x" level=fatal msg="logging into \\"a.b\\""' }, 'logging into "a.b"'],
  [{ stderr: 'level=error msg="x509: bad"' }, 'x509: bad'],
  [{ stderr: 'time="x" level=fatal msg=unauthorized' }, 'unauthorized'],

  // podman 5.4 without an entry in /etc/subuid, and a password that the registry refuses.
  [
    { stderr: 'level=error msg="no subuid ranges found"\nError: invalid username' },
    'Error: invalid username',
  ],

  [{ stderr: 'Error: level=info msg="x"' }, 'Error: level=info msg="x"'],
  [{ stderr: 'WARNING! all that there is\n' }, 'WARNING! all that there is'],

  [{}, 'no output, exit code 3'],
  [{ exitCode: null, signal: 'SIGKILL' }, 'no output, ended by signal SIGKILL'],
  [{ exitCode: null, signal: 'SIGSEGV', stderr: 'no' }, 'no, ended by signal SIGSEGV'],
  [{ stopped: 'timed out', stderr: 'no' }, 'timed out'],
])('why a client failed, of %j: %s', (result, reason) => {
  expect(failureReason({ ...SILENT, ...result })).toBe(reason);
});

test.each([
  [
    'x\nWARNING: Error loading config file: /c: no\nLogin Succeeded',
    'Error loading config file: /c: no',
  ],
  ['WARNING: Error parsing config file (/c): x', 'Error parsing config file (/c): x'],
  ['it says WARNING: Error loading config file', undefined],
  ['Login Succeeded', undefined],
])('what a client says of a configuration that it cannot read, in %j: %s', (output, problem) => {
  expect(unreadableConfig(output)).toBe(problem);
});

const GET =
  'Error response from daemon: Get "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/":';
const ATTEMPT = 'Error: login attempt to https://r.example/v2/ failed with status:';

/** What clients say in errors of these kinds. */
const samplesOf = (...ids: string[]) => ids.flatMap((id) => SAMPLES.get(id)?.messages ?? []);

describe('the next attempt may succeed', () => {
  test.each([
    ...samplesOf('ecr-unreachable', 'ecr-throttled'),
    `${GET} 503 Service Unavailable (request id 403)`,
    `${ATTEMPT} 501 Not Implemented`,
    `${ATTEMPT} 4031 Unknown`,
    'cannot log in to 400503408500.dkr.ecr.us-east-1.amazonaws.com',
    'Error saving credentials: rename config.json385 config.json: Access is denied.',
  ])('%s', (reason) => expect(isLasting(reason)).toBe(false));
});

const LASTING = samplesOf(
  'user-namespace',
  'ecr-login-helper',
  'credential-store-failed',
  'auth-file-invalid',
  'registry-bad-request',
  'registry-denied',
  'proxy-login',
  'certificate',
);

describe('the next attempt would fail, too', () => {
  test.each([
    ...LASTING,
    'invalid status code from registry 403 (Forbidden)',
    `${GET} unauthorized: authentication required`,
    `${GET} no basic auth credentials`,
    'Error: error logging in to "x": incorrect username or password',
    'Error: failed to store the credentials for x: connection refused',
    'dial unix /var/run/docker.sock: connect: permission denied',
    'open /c/config.json123: read-only file system',
    'rename /c /config.json: device or resource busy',
    `${GET} http: server gave HTTP response to HTTPS client`,
    'docker could not be started: spawn ENOENT',
    'out: `not implemented`',
    'cannot clone: Operation not permitted',
    'read /c/config.json: is a directory',
    'write /c/config.json1: no space left on device',
    'Error: "/c" directory set by $XDG_RUNTIME_DIR does not exist',
    'could not find user namespace',
    `${GET} 403 Forbidden`,
  ])('%s', (reason) => expect(isLasting(reason)).toBe(true));
});

test.each(['time="', 'level=', 'WARNING: Error loading config file ', 'msg="\\"'])(
  '128 KB of %j are read in linear time',
  (piece) => {
    expectLinear(piece, (stderr) => failureReason({ ...SILENT, stderr }));
    expectLinear(piece, unreadableConfig);
    expectLinear(piece, isLasting);
  },
);
