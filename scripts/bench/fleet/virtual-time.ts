import { PriorityQueue } from './priority-queue.ts';

type Timer = { readonly at: number; readonly order: number; readonly run: () => void };

/**
 * A time that goes on only when nothing is left to do, so that minutes of waiting take no time. While it runs, it
 * stands in for the timers, the date and the random numbers of this process: code that waits, such as the retry
 * strategy of the AWS SDK, needs no change. Code that waits for anything but a timer is not waited for.
 */
export class VirtualTime {
  readonly #timers = new PriorityQueue<Timer>((a, b) => a.at - b.at || a.order - b.order);
  #now = 0;
  #orders = 0;

  /** Milliseconds since the start. */
  readonly now = (): number => this.#now;

  /** Resolves after so many milliseconds of this time. */
  readonly sleep = (ms: number): Promise<void> => new Promise((resolve) => this.#add(resolve, ms));

  /** Runs the work to its end in this time, with random numbers that depend on the seed alone. */
  async run<Result>(work: () => Promise<Result>, seed: number): Promise<Result> {
    const real = { setTimeout: globalThis.setTimeout, now: Date.now, random: Math.random };
    const start = real.now();
    let done = false;
    try {
      globalThis.setTimeout = ((run: () => void, ms = 0) =>
        this.#add(run, ms)) as unknown as typeof setTimeout;
      Date.now = () => start + this.#now;
      Math.random = seededRandom(seed);
      const result = work().finally(() => {
        done = true;
      });
      while (!done) await this.#advance();
      return await result;
    } finally {
      globalThis.setTimeout = real.setTimeout;
      Date.now = real.now;
      Math.random = real.random;
    }
  }

  async #advance(): Promise<void> {
    // All promises that can go on do so before an immediate runs.
    await new Promise((resolve) => setImmediate(resolve));
    const next = this.#timers.take();
    if (next === undefined) return;
    this.#now = Math.max(this.#now, next.at);
    next.run();
  }

  #add(run: () => void, ms: number): void {
    this.#orders += 1;
    this.#timers.add({ at: this.#now + ms, order: this.#orders, run });
  }
}

/** Numbers from 0 up to, but not including, 1, by a linear congruential generator (constants of Numerical Recipes). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
