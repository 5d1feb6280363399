import { expect, test } from '@jest/globals';
import { settleAll } from '../../../src/ecr/settle.ts';

/** Tasks that end when the test says so, and a count of those that run. */
function controlled(count: number) {
  const running = new Set<number>();
  const ends: (() => void)[] = [];
  let most = 0;
  const tasks = Array.from({ length: count }, (_, index) => async (): Promise<number> => {
    running.add(index);
    most = Math.max(most, running.size);
    await new Promise<void>((resolve) => {
      ends[index] = resolve;
    });
    running.delete(index);
    if (index % 5 === 3) throw new Error(`task ${index}`);
    return index;
  });
  return { running, ends, tasks, most: () => most };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('as many at once as the limit allows, and the next as soon as one has ended', async () => {
  const { running, ends, tasks } = controlled(12);
  const all = settleAll(tasks, 8);
  await turn();
  expect([...running]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  ends[6]?.();
  await turn();
  expect([...running]).toEqual([0, 1, 2, 3, 4, 5, 7, 8]);
  for (let round = 0; round < 12; round++) {
    for (const end of ends) end?.();
    await turn();
  }
  const results = await all;
  expect(results).toHaveLength(12);
});

test('all are waited for, and the results are in order, those that failed among them', async () => {
  const { ends, tasks, most } = controlled(10);
  const all = settleAll(tasks, 3);
  for (let round = 0; round < 10; round++) {
    await turn();
    for (const end of [...ends].reverse()) end?.();
  }
  const results = await all;
  expect(most()).toBe(3);
  expect(
    results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
  ).toEqual([0, 1, 2, 'Error: task 3', 4, 5, 6, 7, 'Error: task 8', 9]);
});

test('a task that throws before it waits is a failure like any other', async () => {
  const thrower = (): Promise<number> => {
    throw new Error('at once');
  };
  const results = await settleAll([async () => 1, async () => thrower()], 8);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

test('no tasks, no results', async () => {
  expect(await settleAll([], 8)).toEqual([]);
});
