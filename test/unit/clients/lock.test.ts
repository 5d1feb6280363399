import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { LOCK_NAME, withLock } from '../../../src/clients/lock.ts';
import { fakeClock, homeOf, NEVER, output } from '../support.ts';

const lock = () => homeOf(LOCK_NAME);
const file = () => homeOf('config.json');
const isHeld = async () => existsSync(lock());

/** Takes the lock, and returns how long that took, in milliseconds. */
async function take(onWait?: (elapsedMs: number) => unknown) {
  const clock = fakeClock(0.5, onWait);
  const begin = clock.now();

  expect(await withLock(file(), NEVER, isHeld, clock)).toBe(true);
  return clock.now() - begin;
}

describe('the lock', () => {
  test('is held during the work, and released after it, also if it fails', async () => {
    expect(await take()).toBe(0);

    const failing = withLock(file(), NEVER, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(readdirSync(homeOf())).toEqual([]);
  });

  test('lets one in at a time, also into a directory that is not there yet', async () => {
    let inside = 0;
    const work = async () => {
      inside += 1;
      await new Promise(setImmediate);
      inside -= 1;
      return inside;
    };

    const file = homeOf('new', 'config.json');
    const all = [1, 2, 3].map(() => withLock(file, NEVER, work));

    expect(await Promise.all(all)).toEqual([0, 0, 0]);
  });

  test('that a killed process has left is taken over after ten seconds', async () => {
    mkdirSync(lock());
    // By another clock, it is far in the future.
    utimesSync(lock(), 4_000_000_000, 4_000_000_000);

    const ms = await take();

    expect(ms).toBeGreaterThanOrEqual(10_000);
    expect(ms).toBeLessThan(10_500);
    expect(existsSync(lock())).toBe(false);
  });

  test('that its holder refreshes is waited for, for a minute', async () => {
    mkdirSync(lock());
    const refresh = (ms: number) => {
      const time = Math.floor(ms / 3_000);
      utimesSync(lock(), time, time);
    };

    const ms = await take(refresh);

    expect(ms).toBeGreaterThanOrEqual(60_000);
    expect(ms).toBeLessThan(60_500);
    expect(existsSync(lock())).toBe(true);
    expect(output()).toMatch(/^::warning::Timed out after 60 s/);

    // Each of many logins would wait as long again.
    expect(await take(refresh)).toBe(0);
  });

  test('is refreshed during the work, so that nobody takes it over', async () => {
    jest.useFakeTimers({ doNotFake: ['Date'] });
    const work = async () => {
      utimesSync(lock(), 0, 0);
      jest.advanceTimersByTime(10_000);
      return statSync(lock()).mtimeMs;
    };

    const held = withLock(file(), NEVER, work).finally(() => jest.useRealTimers());

    expect(await held).toBeGreaterThan(0);
  });

  test('is not waited for by a step that is canceled', async () => {
    mkdirSync(lock());
    const cancel = new AbortController();
    const clock = fakeClock(0.5, (ms) => ms > 1_000 && cancel.abort(new Error('canceled')));
    const taken = () => withLock(file(), cancel.signal, isHeld, clock);

    await expect(taken()).rejects.toThrow('canceled');
    await expect(taken()).rejects.toThrow('canceled');
  });

  test('that cannot be created is not needed for the work', async () => {
    writeFileSync(file(), '');
    const work = async () => 'done';

    expect(await withLock(undefined, NEVER, work)).toBe('done');
    expect(await withLock(join(file(), 'below'), NEVER, work)).toBe('done');
    expect(output('debug')).toMatch(/^::debug::No lock /);
  });
});
