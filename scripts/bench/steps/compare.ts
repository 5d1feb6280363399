import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { alternate, cpu, wall } from './alternate.ts';
import { BenchStage, type Run } from './stage.ts';
import { median } from './statistics.ts';
import type { Taken } from './whole-process.ts';

/**
 * Measures builds of the action against one another, in turns with the bare scripts, and prints a line for each. To see
 * what a change gives, measure the build before it and the build after it.
 *
 * @param entries - the paths of their entries for main, `dist/index.js`
 * @returns false where one of them does not exist
 */
export async function compareBuilds(entries: readonly string[]): Promise<boolean> {
  const missing = entries.filter((entry) => !existsSync(entry));
  if (entries.length === 0 || missing.length > 0) {
    console.error(`compare needs the entries of builds (dist/index.js); not found: ${missing.join(', ')}`);
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
      entries.map((entry) => join(dirname(entry), 'post', 'index.js')),
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
