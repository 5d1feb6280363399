import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type Client, createClient } from '../../../src/clients/client.ts';
import { CLIENTS, type ClientName } from '../../../src/clients/known-clients.ts';
import { logIn, mustUndo } from '../../../src/clients/login.ts';
import { logOut } from '../../../src/clients/logout.ts';
import { singleLine } from '../../../src/runner/log.ts';
import { fakeClock, homeOf, NEVER, output, program, thrownBy } from '../support.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const login = { registry: HOST, username: 'AWS', password: 'password' };

/** An entry of an auth file. */
const entry = (password = 'password') => ({ auth: btoa(`AWS:${password}`) });

const file = () => homeOf('config.json');

function write(config: object) {
  writeFileSync(file(), JSON.stringify(config));
}

// Runs of a client: it writes the login as docker does, or something else, or fails with a message.
const CONFIG = '"$DOCKER_CONFIG/config.json"';
const WRITE = `echo '${JSON.stringify({ auths: { [HOST]: entry() } })}' > ${CONFIG}`;
const OVERWRITE = `echo "{\\"n\\":\\"$(date +%N)\\"}" > ${CONFIG}`;
const WARN = 'echo "WARNING: Error loading config file: x" >&2';
const OTHER_PROGRAM = 'another program has written the file';
const fails = (message: string) => `echo '${message}' >&2; exit 1`;

/** @param script what its program does; undefined if there is none */
function client(script?: string, name: ClientName = 'docker') {
  const executable = script === undefined ? '' : program(name, script);
  const found = { name, ...CLIENTS[name], executable };

  return createClient(found, { DOCKER_CONFIG: homeOf() });
}

/** Logs in. Returns what the caller is told, in order, and the message of a failure. */
async function tryLogin(
  one: Client,
  { clock = fakeClock(), signal = NEVER, maxAttempts = 3, limitMs = 290_000 } = {},
) {
  const told: string[] = [];
  const options = {
    signal,
    maxAttempts,
    endMs: clock.now() + limitMs,
    onMayBeWritten: () => told.push('may be'),
    onNotWritten: () => told.push('not'),
    clock,
  };

  const thrown = await thrownBy(async () => {
    await logIn(one, login, options);
    throw new Error('done');
  });
  return { ...thrown, told: told.join() };
}

/** Expects that a line of the log contains a text, or that there is no line. */
function expectLog(text: string) {
  expect(output()).toContain(text);
  expect(output() === '').toBe(text === '');
}

describe('a login', () => {
  test.each<[runs: string[], end: string, told: string, line: string]>([
    [[fails('503 a'), WRITE], 'done', 'may be,may be', '503 a (attempt 1 of 3; retrying in 0.5 s)'],
    [[fails('EOF')], 'EOF', 'may be,may be,may be,not', '(attempt 2 of 3; retrying in 1.0 s)'],
    [[fails('403 Forbidden')], '403 Forbidden', 'may be,not', ''],
    [['kill -9 $$', fails('denied:')], 'denied:', 'may be,may be', 'ended by signal SIGKILL'],

    // The login is written all the same, or another program writes the file.
    [[`${WRITE}; ${fails('denied:')}`], 'denied:', 'may be', ''],
    [[OVERWRITE, WRITE], 'done', 'may be,may be', OTHER_PROGRAM],
    [[OVERWRITE], 'done', 'may be,may be,may be', '::warning::the login is not in'],
  ])('of a client that runs %j: %s; the caller is told %s', async (runs, end, told, line) => {
    // The last run is that of all attempts that follow, too.
    const cases = runs.map((run, index) => {
      const isLast = index === runs.length - 1;
      return `${isLast ? '*' : index + 1}) ${run} ;;`;
    });
    const script = `echo x >> "$0.n"; case $(wc -l < "$0.n") in ${cases.join('\n')} esac`;

    const result = await tryLogin(client(script));

    expect(result.message).toMatch(new RegExp(`${end}$`));
    expect(result.told).toBe(told);
    if (end !== 'done') {
      expect(result).toMatchObject({
        area: 'client',
        facts: { tool: 'docker', registry: HOST, region: 'eu-west-1' },
      });
    }
    expectLog(line);
  });

  const READ_ONLY = 'Error saving credentials: open /c: read-only file system';

  test.each([
    [READ_ONLY, {}, ''],
    [READ_ONLY, { auths: { [HOST]: entry('old') } }, ',not'],
    ['error storing credentials - err: exit status 1, out: x', { auths: { [HOST]: {} } }, ''],
    ['error storing credentials - err: exec: "a": executable file not found', {}, ',not'],
    ['Error: failed to store the credentials for x: y', { credsStore: 'desktop' }, ''],
    ['denied: no', { credsStore: 'desktop' }, ',not'],
  ])('that ends with %j, with %j before: the caller is told%s', async (message, config, told) => {
    write(config);

    const failed = await tryLogin(client(fails(message)), { maxAttempts: 1 });

    expect(failed.message).toContain(message);
    expect(failed.told).toBe(`may be${told}`);
  });

  test('of a program that cannot be started is not repeated, and says why', async () => {
    const docker = client('');
    writeFileSync(homeOf('docker'), '#!/no/such/interpreter\n');

    const { message, told } = await tryLogin(docker);

    expect(message).toMatch(/: docker could not be started: spawn \S+ ENOENT$/);
    expect(told).toBe('may be,not');
    expect(output()).toBe('');
  });

  test('is not repeated if that would take longer than its time', async () => {
    const { told } = await tryLogin(client(fails('EOF')), { limitMs: 1_499 });

    expect(told).toBe('may be,may be,not');
  });

  test('that is canceled fails with what the attempt before it said', async () => {
    const cancel = new AbortController();
    const clock = fakeClock(0.5, () => cancel.abort(new Error('canceled')));

    const failed = await tryLogin(client(fails('EOF')), { clock, signal: cancel.signal });

    expect(failed.message).toBe(`docker could not log in to registry ${HOST}: EOF`);
    expect(failed.told).toBe('may be,not');
  });

  test.each<[ClientName, script: string | undefined, config: object, line: string]>([
    ['docker', WARN, {}, 'Error loading config file: x'],
    ['docker', '', { credsStore: 'ecr-login' }, 'credential helper ecr-login'],
    ['config-file', undefined, { credsStore: 'desktop' }, 'credential helper desktop'],
    ['docker', '', {}, 'config.json'],
    ['docker', '', { credsStore: 'desktop' }, ''],
  ])('of %s that runs %j with %j says %j', async (name, script, config, line) => {
    write(config);

    const result = await tryLogin(client(script, name));

    expect(result).toMatchObject({ message: 'done', told: 'may be' });
    expectLog(line);
  });
});

test.each([
  ['ours', true, true],
  ['ours', false, true],
  ['another', true, false],
  ['another', false, false],
  ['none', true, true],
  ['none', false, false],
] as const)(
  'of a failed login, if the file has %s and it can be elsewhere: %s, post undoes it: %s',
  (inFile, canBeElsewhere, isUndone) => {
    expect(mustUndo(inFile, canBeElsewhere)).toBe(isUndone);
  },
);

const IN_VARIABLE = JSON.stringify({ auths: { [HOST]: entry('of-variable') } });

test.each<[ClientName, variable: string]>([
  ['docker', IN_VARIABLE.slice(1)],
  ['podman', IN_VARIABLE],
  ['docker', 'null'],
])(
  '%s does not use DOCKER_AUTH_CONFIG %j, and no secret of it is shown',
  async (name, variable) => {
    process.env['DOCKER_AUTH_CONFIG'] = variable;
    const one = client(WRITE, name);

    expect(singleLine(`${variable} of-variable`)).not.toMatch(/QVdTOm9m|of-variable/);
    await tryLogin(one);
    expectLog('');
  },
);

describe('a logout', () => {
  const saved = { [HOST]: entry('old'), 'ghcr.io': entry('x') };
  const removed = { 'ghcr.io': entry('x') };

  const auths = () => JSON.parse(readFileSync(file(), 'utf8')).auths;

  test.each([
    ['by the program', `echo '{"auths":{}}' > ${CONFIG}`, {}, ''],
    ['by the file, if docker lies', '', removed, 'docker left the login'],
    ['by the file, if docker fails', fails('no'), removed, 'no: removed the login'],
  ])('is done %s', async (_what, script, after, line) => {
    write({ auths: saved });

    expect(await logOut(client(script), HOST, NEVER)).toBeUndefined();
    expect(auths()).toEqual(after);
    expectLog(line);
  });

  test.each([
    ['docker fails', fails('no'), 'no'],
    ['docker is gone', undefined, `remove it: docker logout ${HOST}`],
  ])('of a login that the file does not have is a problem if %s', async (_what, script, reason) => {
    write({ auths: removed });

    expect(await logOut(client(script), HOST, NEVER)).toContain(reason);
    expect(auths()).toEqual(removed);
    expectLog('');
  });

  const LEFT =
    /^::warning::\S+config\.json cannot be read, so a login to \S+ can be left in it\.\n$/;

  test.each([
    ['', undefined, LEFT],
    [fails('no'), 'no', /^$/],
  ])('from a file that cannot be read, by a client that runs %j', async (script, reason, line) => {
    writeFileSync(file(), '{"auths":{"a');

    expect(await logOut(client(script), HOST, NEVER)).toBe(reason);
    expect(output()).toMatch(line);
  });

  test('of docker, if no time is left, changes the file alone', async () => {
    write({ auths: saved });

    expect(await logOut(client(), HOST, AbortSignal.abort())).toBeUndefined();
    expect(auths()).toEqual(removed);
    expect(output()).toBe('');
  });
});

test('a client keeps its logins where main kept them, whatever the job has set since', () => {
  process.env = { DOCKER_CONFIG: '/other' };
  const found = { name: 'docker', ...CLIENTS.docker, executable: '' } as const;

  const { file } = createClient(found, { HOME: '/home/me' });

  expect(file).toBe('/home/me/.docker/config.json');
});

test.each([
  ['storage-run-0', 'password', ''],
  ['containers-user-0/containers', 'password', ''],
  ['containers-user-0/containers', 'old', 'buildah keeps its logins in'],
])(
  'buildah in a namespace of its own has a login in %s, with the password %j',
  async (name, password, line) => {
    process.env['TMPDIR'] = homeOf();
    mkdirSync(homeOf(name, 'containers'), { recursive: true });
    const config = { auths: { [HOST]: entry(password) } };
    writeFileSync(homeOf(name, 'containers', 'auth.json'), JSON.stringify(config));

    await tryLogin(client('', 'buildah'));

    expectLog(line);
  },
);
