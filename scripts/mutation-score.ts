import { relative, sep } from 'node:path';

/** In percent, for each module. */
export const MINIMUM = 85;

/** What became of a mutant, as Stryker says it. */
export interface Mutant {
  /** The module that was changed, as an absolute path. */
  readonly fileName: string;
  readonly status: string;
}

/** The mutants of one module. */
export interface Score {
  readonly module: string;
  readonly killed: number;
  readonly survived: number;
  /** Excluded in the source. */
  readonly excluded: number;
  /** In percent; 100 where there is nothing to change. */
  readonly score: number;
}

/**
 * Counts the mutants of each module. A mutant that runs into a timeout counts as killed, one that no test reaches as
 * survived; one that was excluded in the source, or does not compile, does not count.
 */
export function scores(mutants: readonly Mutant[]): readonly Score[] {
  const groups = Map.groupBy(mutants, ({ fileName }) => relative('.', fileName).replaceAll(sep, '/'));
  return [...groups]
    .map(([module, all]) => {
      const count = (...statuses: string[]) => all.filter(({ status }) => statuses.includes(status)).length;
      const killed = count('Killed', 'Timeout');
      const survived = count('Survived', 'NoCoverage');
      const total = killed + survived;
      return {
        module,
        killed,
        survived,
        excluded: count('Ignored'),
        score: total === 0 ? 100 : (killed / total) * 100,
      };
    })
    .sort((one, other) => (one.module < other.module ? -1 : 1));
}

/** The modules whose score is below the minimum. */
export function belowMinimum(measured: readonly Score[]): readonly Score[] {
  return measured.filter(({ score }) => score < MINIMUM);
}

/** The scores as a table for the terminal, a line for each module. */
export function table(measured: readonly Score[]): string {
  const width = Math.max(...measured.map(({ module }) => module.length));
  const lines = measured.map(({ module, killed, survived, excluded, score }) => {
    const mark = score < MINIMUM ? `below ${MINIMUM} %` : '';
    const cells = [
      module.padEnd(width),
      `${score.toFixed(1).padStart(5)} %`,
      `${killed} killed`,
      `${survived} survived`,
      `${excluded} excluded`,
    ];
    return [...cells, mark].join('  ').trimEnd();
  });
  return lines.join('\n');
}
