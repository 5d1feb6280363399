/** What is measured, and the bound that it has to keep. */
export interface Bound {
  readonly id: string;
  readonly what: string;
  readonly unit: 'x' | 'MB';
  /** The figure must not be above this. */
  readonly bound: number;
}

/**
 * The figures of the bench, in the order in which they are printed. A ratio is to the bare script of the same run, or to
 * what it names.
 */
export const BOUNDS: readonly Bound[] = [
  { id: 'main-wall', what: 'main step, wall time', unit: 'x', bound: 1.5 },
  { id: 'main-cpu', what: 'main step, processor time', unit: 'x', bound: 1.5 },
  { id: 'post-wall', what: 'post step, wall time', unit: 'x', bound: 1.45 },
  { id: 'hook-wall', what: 'job-started hook, wall time', unit: 'x', bound: 1.8 },
  { id: 'bundle', what: 'bundle without licences', unit: 'MB', bound: 0.8 },
  { id: 'main-memory', what: 'main step, peak memory', unit: 'MB', bound: 68 },
  { id: 'six-regions', what: 'six regions, 120 ms to each AWS service', unit: 'x', bound: 1.8 },
  { id: 'one-more', what: 'one more registry, to its docker login', unit: 'x', bound: 1.3 },
];

/** A figure of one run of the bench. */
export interface Figure extends Bound {
  readonly value: number;
  /** Half the range between the quartiles of what the value was computed from, in per cent of its median. */
  readonly spread: number;
}

/** Whether every figure is within its bound. */
export function allHold(figures: readonly Figure[]): boolean {
  return figures.every(holds);
}

/** A figure that is not a number is within no bound. */
function holds({ value, bound }: Figure): boolean {
  return value <= bound;
}

/** The figures as a table for the terminal and for Markdown. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, unit, value, bound, spread } = figure;
    const amounts = [value, bound].map((amount) => `${amount.toFixed(2)} ${unit}`);
    return [what, ...amounts, `${spread.toFixed(0)} %`, holds(figure) ? 'ok' : 'MISSED'];
  });
  const head = ['what', 'measured', 'bound', 'spread', ''];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
