/** A check that a step made, and its result. */
export type Finding = {
  readonly mark: keyof typeof MARKS;
  readonly subject: string;
  readonly reason: string;
};

/** The marks of findings in the log and in the job summary. */
export const MARKS = { good: '✓', bad: '✗', unused: '–' } as const;

/**
 * The checks that a step made, in order, with a mark and a reason each. They are shown only if the step fails: they tell
 * how far it got, and what it found.
 */
export class Diagnosis {
  readonly #findings: Finding[] = [];

  add(...findings: readonly Finding[]): void {
    this.#findings.push(...findings);
  }

  /** Runs one part of the work and adds its result: good, with what it found, or bad, and the error is thrown again. */
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

/** The reason of a check that failed: the error itself follows the list. */
export const FAILED = 'failed, see below';
