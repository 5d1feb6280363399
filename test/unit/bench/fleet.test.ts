import { describe, expect, test } from '@jest/globals';
import { PriorityQueue } from '../../../scripts/bench/fleet/priority-queue.ts';
import { TokenBucket } from '../../../scripts/bench/fleet/token-bucket.ts';
import { VirtualTime } from '../../../scripts/bench/fleet/virtual-time.ts';

test('a priority queue gives the least first', () => {
  const queue = new PriorityQueue<number>((a, b) => a - b);
  const numbers = [5, 3, 9, 1, 1, 7, 0, 8, 2];
  for (const number of numbers) queue.add(number);
  expect(numbers.map(() => queue.take())).toEqual(numbers.toSorted((a, b) => a - b));
  expect(queue.take()).toBeUndefined();
});

test('a token bucket has its burst at once, then its rate, and no more than its burst after a rest', () => {
  const start = 7_654_321;
  let now = start;
  const bucket = new TokenBucket({ rate: 2, burst: 3 }, () => now);
  const taken = (tries: number): number =>
    Array.from({ length: tries }, () => bucket.take()).filter(Boolean).length;
  expect(taken(10)).toBe(3);
  now = start + 500;
  expect(taken(10)).toBe(1);
  now = start + 1_500;
  expect(taken(10)).toBe(2);
  now = start + 100_000;
  expect(taken(10)).toBe(3);
});

describe('virtual time', () => {
  test('goes on when nothing is left to do, and takes none itself', async () => {
    const time = new VirtualTime();
    const seen: [string, number][] = [];
    const wait = async (name: string, ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      seen.push([name, time.now()]);
    };
    const started = Date.now();
    await time.run(async () => {
      await Promise.all([wait('hour', 3_600_000), wait('minute', 60_000)]);
      await time.sleep(1);
    }, 1);
    expect(seen).toEqual([
      ['minute', 60_000],
      ['hour', 3_600_000],
    ]);
    expect(time.now()).toBe(3_600_001);
    expect(Date.now() - started).toBeLessThan(60_000);
  });

  test('has the same random numbers for the same seed, and gives back what it took', async () => {
    const before = [globalThis.setTimeout, Date.now, Math.random];
    const draw = (seed: number) => new VirtualTime().run(async () => [Math.random(), Math.random()], seed);
    const first = await draw(7);
    expect(await draw(7)).toEqual(first);
    expect(await draw(8)).not.toEqual(first);
    expect([globalThis.setTimeout, Date.now, Math.random]).toEqual(before);
  });
});
