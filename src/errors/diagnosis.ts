import { messageOf } from './failure.ts';

/** One thing that was looked at on the way, and how it was found. */
export type Finding = {
  readonly mark: keyof typeof MARKS;
  readonly subject: string;
  readonly reason: string;
};

/** How a finding is marked in the log and in the job summary. */
export const MARKS = { good: '✓', bad: '✗', unused: '–' } as const;

/**
 * What a step looked at, in order, with a mark and a reason each. It is collected on the way and shown only when the
 * step fails: then it tells how far the step came, and what it found there.
 */
export class Diagnosis {
  readonly #findings: Finding[] = [];

  add(...findings: readonly Finding[]): void {
    this.#findings.push(...findings);
  }

  /**
   * Does one part of the work and notes how it went: good, with what was found, or bad, with the first line of the
   * error, which is thrown on.
   */
  async part<Result>(
    subject: string,
    work: () => Result | Promise<Result>,
    found: (result: Result) => string,
  ): Promise<Result> {
    try {
      const result = await work();
      this.add({ mark: 'good', subject, reason: found(result) });
      return result;
    } catch (error) {
      this.add({ mark: 'bad', subject, reason: firstLine(error) });
      throw error;
    }
  }

  /** The lines of the list, without a heading. */
  lines(): readonly string[] {
    return this.#findings.map(({ mark, subject, reason }) => `${MARKS[mark]} ${subject}: ${reason}`);
  }
}

/** What an error says in its first line; the others explain it. */
export function firstLine(error: unknown): string {
  return messageOf(error).split('\n', 1).join();
}
