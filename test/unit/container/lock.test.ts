import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { LOCK_NAME, removeAbandonedLock, withLock } from '../../../src/container/lock.ts';
import type { Clock } from '../../../src/retry/waiting.ts';
import { captureOutput } from '../written-output.ts';

let directory: string;
let lock: string;
let written: () => string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
  lock = join(directory, LOCK_NAME);
  written = captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

const never = new AbortController().signal;

/** A function of the file system that fails with this code. */
function failing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

/** Time that passes only while somebody sleeps, as much as is asked for or a fixed time; `onSleep` happens then. */
function timing(onSleep: () => void = () => {}, fixedMs?: number): Clock & { passed: number } {
  const clock = {
    passed: 0,
    // Not from 0: a time is not a duration.
    now: () => 7_654_321 + clock.passed,
    random: () => 0.5,
    sleep: async (ms: number, signal: AbortSignal) => {
      clock.passed += fixedMs ?? ms;
      // Without this, a test whose wait never ends would never end either.
      if (clock.passed > 3_600_000) throw new Error('waits for more than an hour');
      onSleep();
      signal.throwIfAborted();
    },
  };
  return clock;
}

/** A lock as another process would hold it. Its claim was written so many milliseconds ago. */
function heldByAnother(ageMs = 0, path = lock): void {
  mkdirSync(path);
  const claim = join(path, '4711-abc');
  writeFileSync(claim, '');
  const time = new Date(Date.now() - ageMs);
  utimesSync(claim, time, time);
}

/** Time during which the other process rewrites its claim, however long the test takes by the clock of the file system. */
const timingOfHolder = (): Clock & { passed: number } =>
  timing(() => {
    const now = new Date();
    utimesSync(join(lock, '4711-abc'), now, now);
  });

describe('the lock', () => {
  test('is there while the work is done, and gone after it', async () => {
    const seen = await withLock(directory, never, () => existsSync(lock));
    expect([seen, existsSync(lock)]).toEqual([true, false]);
  });

  test('is given back when the work fails, and the failure is passed on', async () => {
    const work = withLock(directory, never, () => Promise.reject(new Error('no')));
    await expect(work).rejects.toThrow('no');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((done) => setImmediate(done));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 10 }, () => withLock(directory, never, work)));
    expect(most).toBe(1);
  });

  test('of another process is waited for', async () => {
    heldByAnother();
    let looks = 0;
    const clock = timing(() => {
      looks += 1;
      if (looks === 3) rmSync(lock, { recursive: true });
    });
    expect(await withLock(directory, never, () => 'done', clock)).toBe('done');
    expect([looks, clock.passed]).toEqual([3, 180]);
  });

  test('that another process removes at this moment is asked for again', async () => {
    jest.spyOn(fs, 'writeFileSync').mockImplementationOnce(failing('ENOENT'));
    const clock = timing();
    expect(await withLock(directory, never, () => readdirSync(lock).length, clock)).toBe(1);
    expect(clock.passed).toBeGreaterThan(0);
  });

  test('that another process removes while its directory is made is asked for again', async () => {
    jest.spyOn(fs, 'mkdirSync').mockImplementationOnce(failing('EEXIST'));
    const clock = timing();
    expect(await withLock(directory, never, () => readdirSync(lock).length, clock)).toBe(1);
    expect(clock.passed).toBeGreaterThan(0);
  });

  test('has no claim left where its claim cannot be looked at, and is not waited for', async () => {
    jest.spyOn(fs, 'statSync').mockImplementationOnce(failing('EIO'));
    const clock = timing();
    expect(await withLock(directory, never, () => readdirSync(directory), clock)).toEqual([]);
    expect(clock.passed).toBe(0);
    expect(written()).toContain('::debug::No lock ');
  });

  test('cannot be where its claim cannot be written, and is not waited for', async () => {
    jest.spyOn(fs, 'writeFileSync').mockImplementationOnce(failing('ENOSPC'));
    const clock = timing();
    expect(await withLock(directory, never, () => 'done', clock)).toBe('done');
    expect(clock.passed).toBe(0);
    expect(written()).toContain('::debug::No lock ');
  });

  test('has a claim that is for this user alone', async () => {
    const mode = await withLock(
      directory,
      never,
      () => statSync(join(lock, readdirSync(lock)[0] ?? '')).mode,
    );
    expect(mode & 0o777).toBe(0o600);
  });

  test('of another process is waited for a minute at most, and the work is then done without it', async () => {
    heldByAnother();
    const clock = timingOfHolder();
    expect(await withLock(directory, never, () => 'done', clock)).toBe('done');
    expect(clock.passed).toBe(60_000);
    expect(written()).toMatch(
      /^::warning::The lock .*, held by other processes, was not free for 60 s; continuing without it\./m,
    );
    expect(existsSync(lock)).toBe(true);
  });

  test('of another process is waited for a minute at most, also where others wait for it', async () => {
    heldByAnother();
    const clock = timing(() => {
      rmSync(lock, { recursive: true });
      heldByAnother();
      writeFileSync(join(lock, `waits-${clock.passed}`), '');
    });
    expect(await withLock(directory, never, () => 'done', clock)).toBe('done');
    expect(clock.passed).toBe(60_000);
  });

  /** Time in which processes take over the lock from one another every half minute, while others wait for it. */
  function timingInTurn(onSleep: (passed: number) => void = () => {}): Clock & { passed: number } {
    const inTurn = (): void => {
      rmSync(lock, { recursive: true });
      mkdirSync(lock);
      writeFileSync(join(lock, `holds-${Math.floor(clock.passed / 30_000)}`), '');
      writeFileSync(join(lock, `waits-${clock.passed}`), '');
      onSleep(clock.passed);
    };
    // Far longer than the pause, so that the test is over soon.
    const clock = timing(inTurn, 1_000);
    return clock;
  }

  test('that other processes hold in turn is waited for', async () => {
    heldByAnother();
    const clock = timingInTurn((passed) => {
      if (passed >= 150_000) rmSync(lock, { recursive: true });
    });
    expect(await withLock(directory, never, () => existsSync(lock), clock)).toBe(true);
    expect(written()).not.toContain('::warning::');
    expect(existsSync(lock)).toBe(false);
  });

  test('that other processes hold in turn is waited for three minutes at most', async () => {
    heldByAnother();
    const clock = timingInTurn();
    expect(await withLock(directory, never, () => 'done', clock)).toBe('done');
    expect(clock.passed).toBe(180_000);
    expect(written()).toContain('was not free for 180 s; continuing without it.');
  });

  test('that was waited for in vain is not waited for again, and still had where it is free', async () => {
    heldByAnother();
    const clock = timingOfHolder();
    await withLock(directory, never, () => 'done', clock);
    const waited = clock.passed;
    for (const work of ['second', 'third']) {
      expect(await withLock(directory, never, () => work, clock)).toBe(work);
    }
    expect(clock.passed).toBe(waited);
    expect(written().match(/^::warning::/gm)).toHaveLength(1);
    rmSync(lock, { recursive: true });
    expect(await withLock(directory, never, () => existsSync(lock), clock)).toBe(true);
  });

  test('that was waited for in vain does not keep another directory from being waited for', async () => {
    heldByAnother();
    await withLock(directory, never, () => 'done', timingOfHolder());
    const other = mkdtempSync(join(directory, 'other-'));
    heldByAnother(0, join(other, LOCK_NAME));
    const clock = timing(() => rmSync(join(other, LOCK_NAME), { recursive: true, force: true }));
    expect(await withLock(other, never, () => 'done', clock)).toBe('done');
    expect(clock.passed).toBe(60);
  });

  test.each([
    ['in the future', -3_600_000],
    ['that a dead process has left', 11_000],
  ])('with a claim %s is taken over', async (_, age) => {
    heldByAnother(age);
    const clock = timing();
    expect(await withLock(directory, never, () => readdirSync(lock).length, clock)).toBe(1);
    expect([clock.passed, existsSync(lock)]).toEqual([0, false]);
  });

  test.each([
    ['a little ahead', -5_000],
    ['a little old', 5_000],
  ])('with a claim that is %s is waited for', async (_, age) => {
    heldByAnother(age);
    const clock = timing(() => rmSync(lock, { recursive: true, force: true }));
    expect(await withLock(directory, never, () => 'done', clock)).toBe('done');
    expect(clock.passed).toBe(60);
  });

  test('with a claim that somebody else removes at the same moment is taken over', async () => {
    heldByAnother(60_000);
    const { rmSync: remove } = fs;
    jest.spyOn(fs, 'rmSync').mockImplementationOnce((path, options) => {
      remove(path);
      remove(path, options);
    });
    expect(await withLock(directory, never, () => readdirSync(lock).length, timing())).toBe(1);
  });

  test('without a claim is free', async () => {
    mkdirSync(lock);
    expect(await withLock(directory, never, () => readdirSync(lock).length, timing())).toBe(1);
  });

  test('is not waited for any longer once the step is cancelled', async () => {
    heldByAnother();
    const cancel = new AbortController();
    const clock = timing(() => cancel.abort(new Error('cancelled')));
    const work = withLock(directory, cancel.signal, () => 'done', clock);
    await expect(work).rejects.toThrow('cancelled');
    expect(clock.passed).toBe(60);
  });

  test('really waits, on a clock that is not given', async () => {
    heldByAnother();
    const waiting = withLock(directory, never, () => 'done');
    rmSync(lock, { recursive: true });
    expect(await waiting).toBe('done');
  });
});

describe('a lock that is held', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'performance'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('has a claim that is rewritten', async () => {
    const past = new Date(Date.now() - 9_000);
    await withLock(directory, never, () => {
      const claim = join(lock, readdirSync(lock)[0] ?? '');
      utimesSync(claim, past, past);
      jest.advanceTimersByTime(3_500);
      expect(statSync(claim).mtimeMs).toBeGreaterThan(past.getTime());
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  test('and that another process takes over in the meantime is no failure of the work', async () => {
    const done = await withLock(directory, never, () => {
      rmSync(lock, { recursive: true });
      heldByAnother();
      jest.advanceTimersByTime(3_500);
      return 'done';
    });
    expect(done).toBe('done');
    expect(written()).toMatch(/::debug::The lock .* was lost/);
    expect(readdirSync(lock)).toEqual(['4711-abc']);
  });
});

describe('an abandoned lock', () => {
  test('is removed', async () => {
    heldByAnother(60_000);
    await removeAbandonedLock(directory, never);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('is not created where there is none', async () => {
    mkdirSync(join(directory, 'inner'), { mode: 0o500 });
    await removeAbandonedLock(join(directory, 'inner'), never);
    await removeAbandonedLock(join(directory, 'missing'), never);
    expect(readdirSync(directory)).toEqual(['inner']);
    expect(written()).toBe('');
  });

  test('is left as it is once the step is cancelled', async () => {
    heldByAnother();
    await removeAbandonedLock(directory, AbortSignal.abort());
    expect(readdirSync(lock)).toHaveLength(1);
  });
});

describe('where no lock can be', () => {
  test.each([
    ['a directory that is not there', 'missing'],
    ['what is no directory', 'file'],
  ])('%s: the work is done, and nothing is made', async (_, name) => {
    writeFileSync(join(directory, 'file'), '');
    expect(await withLock(join(directory, name), never, () => 'done')).toBe('done');
    expect(readdirSync(directory)).toEqual(['file']);
  });

  test.each([
    ['a file', () => writeFileSync(lock, '')],
    ['a link to nowhere', () => symlinkSync('/nowhere/at/all', lock)],
    [
      'a directory with an old directory in it',
      () => {
        mkdirSync(join(lock, 'something'), { recursive: true });
        utimesSync(join(lock, 'something'), 0, 0);
      },
    ],
  ])('%s in the place of the lock: it is not waited for', async (_, make) => {
    make();
    const clock = timing();
    expect(await withLock(directory, never, () => 'done', clock)).toBe('done');
    expect([clock.passed, readdirSync(directory)]).toEqual([0, [LOCK_NAME]]);
    expect(written()).toMatch(/^::debug::No lock /m);
  });

  test('no directory is known', async () => {
    expect(await withLock(undefined, never, () => 'done')).toBe('done');
  });

  test('a lock that somebody took away is no failure', async () => {
    expect(
      await withLock(directory, never, () => {
        rmSync(lock, { recursive: true });
        return 'done';
      }),
    ).toBe('done');
  });
});

/** Runs a script that has `withLock` and `directory`, in a process of its own; resolves with its exit code. */
async function inProcess(script: string): Promise<number> {
  const module = pathToFileURL(join('src', 'container', 'lock.ts'));
  const text = `import { withLock } from ${JSON.stringify(module)};
    import { readFileSync, writeFileSync } from 'node:fs';
    const [directory, never] = [${JSON.stringify(directory)}, new AbortController().signal];
    ${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return code as number;
}

describe('the end of the work', () => {
  test('says nothing of a lock that another process has claimed or removed by then', async () => {
    await withLock(directory, never, () => writeFileSync(join(lock, 'other'), ''), timing());
    rmSync(lock, { recursive: true });
    await withLock(directory, never, () => rmSync(lock, { recursive: true }), timing());
    expect(written()).toBe('');
  });

  test('names a claim that cannot be removed, in the debug log', async () => {
    jest.spyOn(fs, 'rmdirSync').mockImplementation(failing('EACCES'));
    await withLock(directory, never, () => {}, timing());
    expect(written()).toMatch(/^::debug::.* was not removed: EACCES$/m);
  });

  test('removes the lock whose claim somebody took away', async () => {
    await withLock(directory, never, () => rmSync(join(lock, readdirSync(lock)[0] ?? '')), timing());
    expect(readdirSync(directory)).toEqual([]);
  });

  test('leaves no timer behind', async () => {
    jest.useFakeTimers();
    try {
      await withLock(directory, never, () => {}, timing());
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});

test('a claim that is withdrawn while it is looked at does not hold the lock', async () => {
  const clock = timing();
  jest.spyOn(fs, 'readdirSync').mockReturnValueOnce(['gone'] as never);
  expect(await withLock(directory, never, () => existsSync(lock), clock)).toBe(true);
  expect(clock.passed).toBe(0);
});

test('work that never ends does not keep the process', async () => {
  const timers = jest.spyOn(globalThis, 'setInterval');
  await withLock(directory, never, () => {}, timing());
  expect(timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
});

describe('the end of the process', () => {
  const exit = (): void => {
    for (const listener of process.listeners('exit')) listener.call(process, 0);
  };

  test('removes the claims that are left', async () => {
    const left = await withLock(directory, never, () => {
      exit();
      return readdirSync(directory);
    });
    expect(left).toEqual([]);
  });

  test('looks for no claim that was withdrawn', async () => {
    await withLock(directory, never, () => {});
    mkdirSync(lock);
    exit();
    expect(existsSync(lock)).toBe(true);
  });
});

test('a process that ends in the middle leaves no lock behind', async () => {
  expect(await inProcess('await withLock(directory, never, () => process.exit(7));')).toBe(7);
  expect(readdirSync(directory)).toEqual([]);
});

test('several processes that find a stale lock at once do not share it', async () => {
  heldByAnother(60_000);
  const counter = join(directory, 'counter');
  writeFileSync(counter, '0');
  const script = `const counter = ${JSON.stringify(counter)};
    for (let time = 0; time < 10; time += 1) {
      await withLock(directory, never, async () => {
        const count = Number(readFileSync(counter, 'utf8'));
        await new Promise((resolve) => setTimeout(resolve, 1));
        writeFileSync(counter, String(count + 1));
      });
    }`;
  await Promise.all(Array.from({ length: 6 }, () => inProcess(script)));
  expect(readFileSync(counter, 'utf8')).toBe('60');
  expect(readdirSync(directory)).toEqual(['counter']);
});
