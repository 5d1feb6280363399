import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ClientError, LoginAttempt } from '../../../src/container/client.ts';
import { clientEnvironment, programClient } from '../../../src/container/program-client.ts';
import { TOOLS } from '../../../src/container/tool.ts';
import { captureOutput } from '../written-output.ts';

const login = { registry: 'host', username: 'AWS', password: 'hunter2', token: 'QVdTOmh1bnRlcjI=' };
const never = new AbortController().signal;

/** A client whose program is a shell that runs this script. */
function shell(script: string, executable = '/bin/sh') {
  const commands = { login: ['-c', script], logout: ['-c', script] };
  return programClient({ tool: TOOLS.docker, executable, commands }, { variables: {} }, {});
}

/** The error of a login attempt, and how often the login was said to be possibly written. */
async function attempt(client: ReturnType<typeof shell>, signal = never) {
  let announced = 0;
  const options: LoginAttempt = { signal, onMayBeWritten: () => (announced += 1) };
  const error = (await client.logIn(login, options).then(
    () => undefined,
    (reason: unknown) => reason,
  )) as ClientError | undefined;
  return { error, announced };
}

describe('a login attempt', () => {
  test('that succeeds gives the password over standard input, after it was announced', async () => {
    const client = shell('test "$(cat)" = hunter2');
    expect(await attempt(client)).toEqual({ error: undefined, announced: 1 });
  });

  test.each([
    ['exit 7', 'no output, exit code 7', { isTransient: false, isInterrupted: false }],
    ['echo "Error: EOF" >&2; exit 1', 'Error: EOF', { isTransient: true, isInterrupted: false }],
    ['kill -KILL $$', 'no output, ended by signal SIGKILL', { isTransient: false, isInterrupted: true }],
  ])('that fails (%s): %s', async (script, message, kind) => {
    const { error } = await attempt(shell(script));
    expect(error).toMatchObject({ message, ...kind });
  });

  test('that is cancelled', async () => {
    const { error } = await attempt(shell('sleep 60'), AbortSignal.abort());
    expect(error).toMatchObject({ message: 'the step was cancelled', isInterrupted: true });
  });

  test('has user and registry as arguments, and only the variables of the client', async () => {
    const commands = { login: ['-c', 'echo "$@" >&2; env >&2; exit 1', 'docker', 'login'], logout: [] };
    const program = { tool: TOOLS.docker, executable: '/bin/sh', commands };
    const environment = { AWS_SECRET_ACCESS_KEY: 'x', KEPT: 'y' };
    const client = programClient(program, { variables: { DOCKER_CONFIG: '/d' } }, environment);
    const { error } = await attempt(client);
    expect(error?.message).toMatch(/^login --username AWS --password-stdin host /);
    expect(error?.message).toMatch(/ KEPT=y\b/);
    expect(error?.message).toMatch(/ DOCKER_CONFIG=\/d\b/);
    expect(error?.message).not.toContain('AWS_SECRET');
  });

  test('whose program cannot be started is not announced', async () => {
    const { error, announced } = await attempt(shell('', '/nowhere/docker'));
    expect(error?.message).toBe('docker could not be started: spawn /nowhere/docker ENOENT');
    expect(error).toHaveProperty('cause.code', 'ENOENT');
    expect(announced).toBe(0);
  });

  test('that cannot be announced gets no password', async () => {
    const announce = {
      signal: never,
      onMayBeWritten: () => {
        throw new Error('no space left');
      },
    };
    await expect(shell('cat').logIn(login, announce)).rejects.toThrow('no space left');
  });
});

test('a configuration that the client cannot read is one warning', async () => {
  const written = captureOutput();
  const client = shell('echo "WARNING: Error loading config file: /c: no" >&2; cat');
  await attempt(client);
  await attempt(client);
  await attempt(shell('cat'));
  jest.restoreAllMocks();
  const warnings = written().match(/^::warning::.*$/gm);
  expect(warnings).toEqual([
    expect.stringContaining('the new login alone: Error loading config file: /c: no.'),
  ]);
});

describe('a program that does not end', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('fails its login after 45 s; the next attempt may succeed, and this one may have been written', async () => {
    const onMayBeWritten = () => jest.advanceTimersByTime(45_000);
    const attempted = shell('exec sleep 600').logIn(login, { signal: never, onMayBeWritten });
    await expect(attempted).rejects.toMatchObject({
      message: 'timed out after 45 s',
      isTransient: true,
      isInterrupted: true,
    });
  });

  test('fails its logout after 15 s', async () => {
    const loggedOut = shell('exec sleep 600').logOut('host', never);
    jest.advanceTimersByTime(15_000);
    await expect(loggedOut).rejects.toThrow('timed out after 15 s');
  });
});

describe('a logout', () => {
  test.each([
    ['that succeeds', 'exit 0'],
    ['of a client that is not logged in', 'echo "Error: not logged into host" >&2; exit 125'],
  ])('%s', async (_, script) => {
    await expect(shell(script).logOut('host', never)).resolves.toBeUndefined();
  });

  test('that fails has the message of the client', async () => {
    await expect(shell('echo "Error: no" >&2; exit 1').logOut('host', never)).rejects.toThrow('Error: no');
  });

  test('that is cancelled', async () => {
    await expect(shell('sleep 60').logOut('host', AbortSignal.abort())).rejects.toThrow(
      'the step was cancelled',
    );
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
