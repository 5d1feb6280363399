import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ClientError, type ContainerClient } from '../../../src/container/client.ts';
import { logIn } from '../../../src/container/login.ts';
import { TOOLS } from '../../../src/container/tool.ts';
import { type Clock, sleep } from '../../../src/retry/waiting.ts';
import { captureOutput } from '../written-output.ts';

const login = { registry: 'host', username: 'AWS', password: 'pw', token: 'QVdTOnB3' };
const KEPT = { auths: { host: { auth: login.token } } };

/** What an attempt does: fails, or succeeds and leaves the file in this state (undefined: as it was). */
type Attempt = { error: ClientError } | { config: unknown };
const transient: Attempt = { error: new ClientError('EOF', { isTransient: true }) };
const lasting: Attempt = { error: new ClientError('401 Unauthorized') };
const timedOut: Attempt = {
  error: new ClientError('timed out after 45 s', { isTransient: true, isInterrupted: true }),
};
const killed: Attempt = { error: new ClientError('no output', { isInterrupted: true }) };
const kept: Attempt = { config: KEPT };
const overwritten: Attempt = { config: { auths: {}, written: 'by another' } };

let directory: string;
let written: () => string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'login-'));
  written = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

/** Logs in with a client whose attempts end like this; the time is the test's own. */
async function run(
  attempts: readonly Attempt[],
  {
    maxAttempts = 8,
    signal = new AbortController().signal,
    clock = {} as Partial<Clock>,
    registry = 'host',
    folder = directory,
  } = {},
) {
  const file = join(folder, 'config.json');
  const pauses: number[] = [];
  const told: string[] = [];
  let made = 0;
  const client: ContainerClient = {
    tool: TOOLS.docker,
    location: { variables: {}, file },
    logIn: async (_, { onMayBeWritten }) => {
      onMayBeWritten();
      const attempt = attempts[made] ?? lasting;
      made += 1;
      if ('error' in attempt) throw attempt.error;
      writeFileSync(file, JSON.stringify({ ...(attempt.config as object), made }));
    },
    logOut: async () => {},
  };
  const options = {
    maxAttempts,
    signal,
    isIsolated: false,
    onMayBeWritten: () => told.push('may be written'),
    onNotWritten: () => told.push('not written'),
    clock: {
      now: () => 7_654_321,
      random: () => 0.5,
      sleep: async (ms: number) => void pauses.push(ms),
      ...clock,
    },
  };
  const error: unknown = await logIn(client, { ...login, registry }, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return {
    error,
    message: error instanceof Error ? error.message : undefined,
    made,
    pauses,
    told: told.at(-1),
  };
}

const FAILED = 'docker could not log in to registry host: ';

describe('a login', () => {
  test.each<
    [what: string, attempts: Attempt[], maxAttempts: number, made: number, message: string | undefined]
  >([
    ['that succeeds', [kept], 3, 1, undefined],
    ['after transient errors', [transient, timedOut, kept], 3, 3, undefined],
    ['that another program overwrote', [overwritten, overwritten, kept], 8, 3, undefined],
    ['that fails for good', [transient, lasting, kept], 3, 2, `${FAILED}401 Unauthorized`],
    ['with all attempts used up', [transient, transient, transient, kept], 3, 3, `${FAILED}EOF`],
    ['whose client was killed', [killed, kept], 3, 1, `${FAILED}no output`],
    ['with a single attempt', [transient, kept], 1, 1, `${FAILED}EOF`],
  ])('%s', async (_what, attempts, maxAttempts, made, message) => {
    expect(await run(attempts, { maxAttempts })).toMatchObject({ made, message });
  });

  test('waits longer after each attempt, up to a limit, and logs that before', async () => {
    const { pauses } = await run(Array.from({ length: 8 }, () => transient));
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
    expect(written()).toContain('docker login to registry host: EOF (attempt 1 of 8, the next in 0.5 s)');
  });

  test('that is overwritten each time is a warning', async () => {
    expect(await run([overwritten, overwritten], { maxAttempts: 2 })).toMatchObject({ message: undefined });
    expect(written()).toMatch(/^::warning::the login is not in .*: another program has written the file/m);
  });

  test('makes no further attempt once the step is cancelled', async () => {
    const cancelled = AbortSignal.abort(new Error('cancelled'));
    expect((await run([kept], { signal: cancelled })).message).toBe('cancelled');
  });

  test('does not wait any longer once the step is cancelled, and keeps the failure at hand', async () => {
    const cancel = new AbortController();
    setImmediate(() => cancel.abort(new Error('cancelled')));
    const clock = { random: () => 0.99999, sleep };
    expect((await run([transient, kept], { signal: cancel.signal, clock })).message).toBe(
      'docker could not log in to registry host: EOF',
    );
  });
});

describe('a login that fails is said', () => {
  test.each<[told: string, what: string, attempts: Attempt[]]>([
    ['not written', 'where the client refuses it', [transient, lasting]],
    ['may be written', 'where the client was killed', [killed]],
    ['may be written', 'where an earlier attempt timed out', [timedOut, lasting]],
  ])('to be %s %s', async (told, _what, attempts) => {
    expect((await run(attempts)).told).toBe(told);
  });

  test('to be written where the file holds it all the same', async () => {
    writeFileSync(join(directory, 'config.json'), JSON.stringify(KEPT));
    expect((await run([lasting])).told).toBe('may be written');
  });

  test('to be not written where the step is cancelled before the first attempt', async () => {
    expect((await run([kept], { signal: AbortSignal.abort() })).told).toBe('not written');
  });
});

describe('the failure of a login', () => {
  const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

  test.each([
    [registry, 'eu-west-1'],
    ['public.ecr.aws', undefined],
  ])('says what is known of it: %s', async (host, region) => {
    const { error } = await run([lasting], { registry: host });
    expect(error).toMatchObject({
      symptom: {
        area: 'container-client',
        what: `docker could not log in to registry ${host}: 401 Unauthorized`,
        details: 'no helper in the auth file',
        facts: { tool: 'docker', registry: host, region },
      },
      cause: { message: '401 Unauthorized' },
    });
  });

  test('says so where the auth file names a credential helper', async () => {
    writeFileSync(join(directory, 'config.json'), '{"credsStore":"pass"}');
    const { error } = await run([lasting]);
    expect(error).toMatchObject({ symptom: { details: '' } });
  });

  test('that is cut short is that of the attempt before', async () => {
    const cancel = new AbortController();
    const cut: Attempt = {
      get error() {
        cancel.abort();
        return new ClientError('the step was cancelled', { isInterrupted: true });
      },
    };
    const { message } = await run([transient, cut], { signal: cancel.signal });
    expect(message).toBe('docker could not log in to registry host: EOF');
  });

  test('of the action itself is thrown as it is', async () => {
    const mistake = new TypeError('a mistake');
    const { error, made } = await run([{ error: mistake as unknown as ClientError }]);
    expect([error, made]).toEqual([mistake, 1]);
  });
});

describe('the directory of the auth file', () => {
  test('is made for this user alone, before the first attempt', async () => {
    const folder = join(directory, 'home', '.docker');
    expect(await run([kept], { folder })).toMatchObject({ message: undefined, made: 1 });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('that cannot be made is up to the client', async () => {
    writeFileSync(join(directory, 'file'), '');
    const { message } = await run([lasting], { folder: join(directory, 'file', '.docker') });
    expect(message).toContain('401 Unauthorized');
  });
});
