import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { alternate, cpu, wall } from './alternate.ts';
import { BenchStage, type Run } from './stage.ts';
import { median } from './statistics.ts';
import type { Taken } from './whole-process.ts';

/**
 * Measures builds of the action against one another, by turns with the bare scripts, and prints a line for each: what
 * a change gives is seen with the build before and the build after it.
 *
 * @param entries - the paths of their entries, `dist/index.js`
 * @returns whether all of them are there
 */
export async function compareBuilds(entries: readonly string[]): Promise<boolean> {
  const missing = entries.filter((entry) => !existsSync(entry));
  if (entries.length === 0 || missing.length > 0) {
    console.error(`compare takes the entries of builds (dist/index.js); not there: ${missing.join(', ')}`);
    return false;
  }
  const stage = new BenchStage();
  await stage.start();
  try {
    const main = await taken(
      entries,
      () => stage.bare('login'),
      () => stage.main(),
    );
    const state = stage.savedState();
    const post = await taken(
      entries,
      () => stage.bare('logout'),
      () => stage.post(state),
    );
    for (const [stageName, runs] of Object.entries({ main, post })) console.log(lines(stageName, runs));
  } finally {
    await stage.close();
  }
  return true;
}

type Runs = Record<string, Taken[]>;

function taken(entries: readonly string[], bare: () => Run, step: () => Run): Promise<Runs> {
  const ofEntry = (entry: string) => (): Run => {
    const { command, env } = step();
    return { command: [...command.slice(0, -1), resolve(entry)], env };
  };
  return alternate({ bare, ...Object.fromEntries(entries.map((entry) => [entry, ofEntry(entry)])) });
}

function lines(stage: string, runs: Runs): string {
  const bare = runs['bare'] ?? [];
  return Object.entries(runs)
    .map(([name, sample]) => {
      const figures = [wall, cpu].map((time) => {
        const ms = median(time(sample));
        return `${ms.toFixed(1)} ms (${(ms / median(time(bare))).toFixed(2)} x)`;
      });
      return `${stage} ${name}: ${figures[0]} wall, ${figures[1]} processor`;
    })
    .join('\n');
}
