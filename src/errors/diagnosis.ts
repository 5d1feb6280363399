/** One check that was made on the way, and how it ended. */
export type Finding = {
  readonly mark: keyof typeof MARKS;
  readonly subject: string;
  readonly reason: string;
};

/** How a finding is marked in the log and in the job summary. */
export const MARKS = { good: '✓', bad: '✗', unused: '–' } as const;

/**
 * The checks that a step made, in order, with a mark and a reason each. They are collected on the way and shown only
 * where the step fails: then they tell how far it came, and what it found there.
 */
export class Diagnosis {
  readonly #findings: Finding[] = [];

  add(...findings: readonly Finding[]): void {
    this.#findings.push(...findings);
  }

  /**
   * Does one part of the work and notes how it went: good, with what was found, or bad, and the error is thrown on.
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
      this.add({ mark: 'bad', subject, reason: FAILED });
      throw error;
    }
  }

  /** The lines of the list, without a heading. */
  lines(): readonly string[] {
    return this.#findings.map(({ mark, subject, reason }) => `${MARKS[mark]} ${subject}: ${reason}`);
  }
}

/** The reason of a check that failed: the error itself stands below the list. */
export const FAILED = 'failed, see below';
