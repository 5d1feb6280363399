import type { Run } from './stage.ts';
import { measure, type Taken } from './whole-process.ts';

/** How often each thing is run; the first run of each is a warm-up and not counted. */
const ROUNDS = 30;

/** Runs several things in turns, so that other load on the machine affects all of them alike. */
export async function alternate<Name extends string>(
  runs: Record<Name, () => Run>,
  rounds = ROUNDS,
): Promise<Record<Name, Taken[]>> {
  const names = Object.keys(runs) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Taken[]>;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const one = await measure(runs[name]());
      if (round > 0) taken[name].push(one);
    }
  }
  return taken;
}

/** The wall times of a sample, in milliseconds. */
export function wall(taken: readonly Taken[]): number[] {
  return taken.map(({ wallMs }) => wallMs);
}

/** The processor times of a sample, in milliseconds. */
export function cpu(taken: readonly Taken[]): number[] {
  return taken.map(({ cpuMs }) => cpuMs);
}
