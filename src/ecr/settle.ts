/**
 * Runs tasks at once, though no more than `limit` at a time, and waits until each has ended, whichever fail.
 * The results are in the order of the tasks.
 */
export async function settleAll<T>(
  tasks: readonly (() => Promise<T>)[],
  limit: number,
): Promise<readonly PromiseSettledResult<T>[]> {
  const results = new Array<PromiseSettledResult<T>>(tasks.length);
  const waiting = tasks.entries();
  // All workers take from one iterator, so a slow task holds up nobody but its own.
  async function work(): Promise<void> {
    for (const [index, task] of waiting) {
      const [result] = await Promise.allSettled([task()]);
      results[index] = result;
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, tasks.length) }, work));
  return results;
}
