import { readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import { createInstrumenter } from 'istanbul-lib-instrument';

/** Where the sources are whose coverage counts. */
export const SOURCES = join(import.meta.dirname, '..', '..', 'src');

/** A source file with counters in it, still TypeScript, and the map of those counters, all at zero. */
export interface Instrumented {
  code: string;
  counters: FileCoverageData;
}

/**
 * Puts counters into a source file. This is done to the TypeScript as it was written and nowhere else, so that
 * the counts of jest's own process and those of the instrumented build belong to the same places and add up.
 *
 * @param path - the file; it names the file in the report, too
 * @param text - what is in the file; read from it where this is left out
 */
export function instrument(path: string, text = readFileSync(path, 'utf8')): Instrumented {
  const instrumenter = createInstrumenter({
    esModules: true,
    compact: false,
    parserPlugins: ['typescript', 'importAttributes'],
  });
  const code = instrumenter.instrumentSync(text, path);
  return { code, counters: instrumenter.lastFileCoverage() as FileCoverageData };
}

/** Says whether the coverage of the file at this path counts. */
export function isSource(path: string): boolean {
  const inside = relative(SOURCES, resolve(path));
  return inside.endsWith('.ts') && !inside.startsWith(`..${sep}`);
}
