/** What is measured, and the bound that it has to keep. */
export interface Bound {
  readonly id: string;
  readonly what: string;
  readonly unit: 'x' | 'MB' | 'ms';
  /** The figure must not be above this. */
  readonly bound: number;
  /** What the work aims at; missing it fails nothing. */
  readonly aim: number;
}

/** The figures of the bench, in the order in which they are printed. Ratios are to a bare script in the same run. */
export const BOUNDS: readonly Bound[] = [
  { id: 'main-wall', what: 'main step, wall time', unit: 'x', bound: 1.45, aim: 1.3 },
  { id: 'main-cpu', what: 'main step, processor time', unit: 'x', bound: 1.45, aim: 1.3 },
  { id: 'post-wall', what: 'post step, wall time', unit: 'x', bound: 1.6, aim: 1.3 },
  { id: 'bundle', what: 'bundle without licences', unit: 'MB', bound: 1.3, aim: 0.7 },
  { id: 'main-memory', what: 'main step, peak memory', unit: 'MB', bound: 68, aim: 64 },
  { id: 'six-regions', what: 'six regions, 120 ms to each AWS service', unit: 'x', bound: 1.8, aim: 1.5 },
  { id: 'one-more', what: 'one more registry, beyond its docker login', unit: 'ms', bound: 5, aim: 1 },
];

/** A figure of one run of the bench. */
export interface Figure extends Bound {
  readonly value: number;
  /** Half the range between the quartiles of what the value was computed from, in per cent of its median. */
  readonly spread: number;
}

/** Whether every figure keeps its bound. */
export function allHold(figures: readonly Figure[]): boolean {
  return figures.every(({ value, bound }) => value <= bound);
}

/** The figures as a table for the terminal and for Markdown. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, unit, value, spread, bound, aim }) => {
    // What is no number keeps no bound.
    const mark = value <= aim ? 'aim reached' : value <= bound ? 'holds' : 'MISSED';
    const amounts = [value, bound, aim].map((amount) => `${amount.toFixed(2)} ${unit}`);
    return [what, ...amounts, `${spread.toFixed(0)} %`, mark];
  });
  const head = ['what', 'measured', 'bound', 'aim', 'spread', ''];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
