import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type Client, createClient, logIn, logOut } from '../../../src/clients/client.ts';
import { TOOLS, type ToolName } from '../../../src/clients/tools.ts';
import { fakeClock, homeOf, NEVER, output, program, thrownBy } from '../support.ts';

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const login = { registry: HOST, username: 'AWS', password: 'password' };
const entry = (password = 'password') => ({
  auth: Buffer.from(`AWS:${password}`).toString('base64'),
});
const write = (config: object): void =>
  writeFileSync(homeOf('config.json'), JSON.stringify(config));
const auths = (): unknown => JSON.parse(readFileSync(homeOf('config.json'), 'utf8')).auths;

/** Runs of a client: it writes the login as docker does, or something else, or fails with a message. */
const WRITE = `echo '${JSON.stringify({ auths: { [HOST]: entry() } })}' > "$DOCKER_CONFIG/config.json"`;
const HALF = 'printf "{\\"auths\\":{\\"a" > "$DOCKER_CONFIG/config.json"';
const OVERWRITTEN = 'echo "{\\"n\\":\\"$(date +%N)\\"}" > "$DOCKER_CONFIG/config.json"';
const fails = (message: string) => `echo "${message}" >&2; exit 1`;

function client(script?: string, name: ToolName = 'docker'): Client {
  const executable = script === undefined ? {} : { executable: program(name, script) };
  return createClient({ tool: TOOLS[name], ...executable }, { DOCKER_CONFIG: homeOf() });
}

/** Logs in. Returns what the caller is told, in order, and the message of a failure. */
async function tryLogin(
  one: Client,
  clock = fakeClock(),
  signal = NEVER,
  { max = 3, ms = 290_000 } = {},
) {
  const told: string[] = [];
  const onMayBeWritten = () => told.push('may be');
  const limits = { signal, maxAttempts: max, endMs: clock.now() + ms, clock };
  const options = { ...limits, onMayBeWritten, onNotWritten: () => told.push('not') };
  const thrown = await thrownBy(async () => {
    await logIn(one, login, options);
    throw new Error('done');
  });
  return { ...thrown, told: told.join() };
}

describe('a login', () => {
  test('gives the password over standard input alone', async () => {
    const { message, told } = await tryLogin(
      client(`echo "$@" > "$0.args"; cat > "$0.in"; ${WRITE}`),
    );
    expect([message, told]).toEqual(['done', 'may be']);
    const args = `login --username AWS --password-stdin ${HOST}\n`;
    expect(readFileSync(homeOf('docker.args'), 'utf8')).toBe(args);
    expect(readFileSync(homeOf('docker.in'), 'utf8')).toBe('password');
  });

  test.each([
    [[fails('503 a'), WRITE], 'done', 'may be,may be', '503 a (attempt 1 of 3; retrying in 0.5 s)'],
    [[fails('EOF')], 'EOF', 'may be,may be,may be,not', '(attempt 2 of 3; retrying in 1.0 s)'],
    [[fails('403 Forbidden')], '403 Forbidden', 'may be,not', ''],
    [['kill -9 $$', fails('denied:')], 'denied:', 'may be,may be', 'ended by signal SIGKILL'],
    [[`${HALF}; ${fails('denied:')}`], 'denied:', 'may be', ''],
    [[HALF, fails('denied:')], 'denied:', 'may be,may be', 'another program has written the file'],
    [[OVERWRITTEN, WRITE], 'done', 'may be,may be', 'another program has written the file'],
    [[OVERWRITTEN], 'done', 'may be,may be,may be', '::warning::the login is not in'],
  ])('of a client that runs %j: %s; the caller is told %s', async (runs, end, expected, line) => {
    const cases = runs.map(
      (run, index) => `${index === runs.length - 1 ? '*' : index + 1}) ${run} ;;`,
    );
    const script = `echo x >> "$0.n"; case $(wc -l < "$0.n") in ${cases.join('\n')} esac`;
    const { message, told, area, facts } = await tryLogin(client(script));
    expect(message).toMatch(new RegExp(`${end}$`));
    if (end !== 'done') expect(area).toBe('client');
    if (end !== 'done')
      expect(facts).toMatchObject({ tool: 'docker', registry: HOST, region: 'eu-west-1' });
    expect(told).toBe(expected);
    expect(output()).toContain(line);
    expect(output() === '').toBe(line === '');
  });

  test.each([
    ['Error saving credentials: open /c: read-only file system', {}, ''],
    ['error storing credentials - err: exit status 1, out: x', { auths: { [HOST]: {} } }, ''],
    ['Error: failed to store the credentials for x: y', { credsStore: 'desktop' }, ''],
    [
      'Error saving credentials: open /c: read-only file system',
      { auths: { [HOST]: entry('old') } },
      ',not',
    ],
    [
      'error storing credentials - err: exec: "docker-credential-x": executable file not found',
      {},
      ',not',
    ],
    ['denied: no', { credsStore: 'desktop' }, ',not'],
  ])('that ends with %j, with %j before: the caller is told%s', async (message, config, told) => {
    write(config);
    const failed = await tryLogin(
      client(fails(message.replaceAll('"', '\\"'))),
      undefined,
      undefined,
      {
        max: 1,
      },
    );
    expect([failed.message, failed.told]).toEqual([
      expect.stringContaining(message),
      `may be${told}`,
    ]);
  });

  test('that fails at a configuration which was not valid before leaves no login', async () => {
    writeFileSync(homeOf('config.json'), '{"auths":{"a');
    expect((await tryLogin(client(fails('denied:')))).told).toBe('may be,not');
  });

  test('of a program that cannot be started is not repeated, and says why', async () => {
    writeFileSync(homeOf('docker'), '#!/no/such/interpreter\n', { mode: 0o755 });
    const found = { tool: TOOLS.docker, executable: homeOf('docker') };
    const { message, told } = await tryLogin(createClient(found, { DOCKER_CONFIG: homeOf() }));
    expect(message).toMatch(/: docker could not be started: spawn \S+ ENOENT$/);
    expect([told, output()]).toEqual(['may be,not', '']);
  });

  test('is not repeated if that would take longer than its time', async () => {
    const { told } = await tryLogin(client(fails('EOF')), undefined, undefined, { ms: 1_499 });
    expect(told).toBe('may be,may be,not');
  });

  test('that is canceled fails with what the attempt before it said', async () => {
    const cancel = new AbortController();
    const clock = fakeClock(0.5, () => cancel.abort(new Error('canceled')));
    const { message, told } = await tryLogin(client(fails('EOF')), clock, cancel.signal);
    expect([message, told]).toEqual([
      `docker could not log in to registry ${HOST}: EOF`,
      'may be,not',
    ]);
  });

  test.each([
    [
      'docker',
      'echo "WARNING: Error loading config file: x" >&2',
      {},
      'Error loading config file: x',
    ],
    ['docker', '', { credsStore: 'ecr-login' }, 'credential helper ecr-login'],
    ['config-file', undefined, { credsStore: 'desktop' }, 'credential helper desktop'],
    ['docker', '', {}, 'config.json'],
    ['docker', '', { credsStore: 'desktop' }, ''],
  ] as const)('of %s that runs %j with %j says %j', async (name, script, config, line) => {
    write(config);
    const { message, told } = await tryLogin(client(script, name));
    expect([message, told.split(',')]).toEqual(['done', [expect.any(String)]]);
    expect(output()).toContain(line);
    expect(output() === '').toBe(line === '');
  });

  test.each([
    [
      '{"auths":{"ghcr.io":{}},"a":1}',
      `{"auths":{"ghcr.io":{},"${HOST}":${JSON.stringify(entry())}},"a":1}`,
    ],
    ['{"auth":"c2VjcmV0"', '{"auth":"c2VjcmV0"'],
  ])('of config-file with %s leaves %s', async (before, after) => {
    writeFileSync(homeOf('config.json'), before);
    const { message, told } = await tryLogin(client(undefined, 'config-file'));
    const failed = [expect.stringMatching(/could not be changed: it is not valid JSON$/), 'not'];
    expect([message, told]).toEqual(before === after ? failed : ['done', 'may be']);
    expect(readFileSync(homeOf('config.json'), 'utf8').replace(/\s/g, '')).toBe(after);
  });
});

describe('a logout', () => {
  const saved = { [HOST]: entry('old'), 'ghcr.io': entry('x') };
  const removed = { 'ghcr.io': entry('x') };
  test.each([
    ['by the program', 'echo \'{"auths":{}}\' > "$DOCKER_CONFIG/config.json"', saved, {}, '', ''],
    ['by the file, if docker lies', '', saved, removed, '', 'docker left the login'],
    ['by the file, if docker fails', fails('no'), saved, removed, '', 'no: removed the login'],
    [
      'by the file, if docker is gone',
      undefined,
      saved,
      removed,
      '',
      'docker is no longer on PATH',
    ],
    ['impossible', fails('no'), removed, removed, 'no', ''],
    ['unknown', undefined, removed, removed, `remove it: docker logout ${HOST}`, ''],
    ['not needed', fails('Error: not logged into x'), removed, removed, '', ''],
  ])('is %s', async (_what, script, before, after, reason, line) => {
    write({ auths: before });
    const failure = (await logOut(client(script), HOST, NEVER)) ?? '';
    expect(failure).toContain(reason);
    expect(auths()).toEqual(after);
    expect(output()).toContain(line);
    expect([failure === '', output() === '']).toEqual([reason === '', line === '']);
  });

  test.each([
    [
      '',
      undefined,
      /^::warning::\S+config\.json cannot be read, so a login to \S+ can be left in it\.\n$/,
    ],
    [
      'echo "WARNING: Error loading config file: x" >&2',
      undefined,
      /^::warning::\S+ cannot be read.*\n$/,
    ],
    [fails('no'), 'no', /^$/],
  ])('from a file that cannot be read, by a client that runs %j', async (script, reason, line) => {
    writeFileSync(homeOf('config.json'), '{"auths":{"a');
    expect(await logOut(client(script), HOST, NEVER)).toBe(reason);
    expect(output()).toMatch(line);
  });

  test.each([
    ['config-file', NEVER],
    ['docker, if no time is left,', AbortSignal.abort()],
  ])('of %s changes the file alone', async (name, signal) => {
    write({ auths: saved });
    const one = client(undefined, name === 'config-file' ? name : 'docker');
    expect(await logOut(one, HOST, signal)).toBeUndefined();
    expect([auths(), output()]).toEqual([removed, '']);
  });
});

test('a client keeps its logins where main kept them, whatever the job has set since', () => {
  process.env = {
    HOME: '/other',
    DOCKER_CONFIG: '/other',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_REGION: 'r',
  };
  const { env, file } = createClient({ tool: TOOLS.docker }, { HOME: '/home/me' });
  expect([env, file]).toEqual([
    { AWS_REGION: 'r', HOME: '/home/me' },
    '/home/me/.docker/config.json',
  ]);
});
