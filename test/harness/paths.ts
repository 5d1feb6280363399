import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The folder of this repository. */
export const repository = resolve(import.meta.dirname, '..', '..');

export const harness = import.meta.dirname;

/** What the runner starts: the two steps of the action, and the two job hooks. */
export type Stage = 'main' | 'post' | 'job-started' | 'job-completed';

/** The folder of the built action. */
export const builtAction = join(repository, 'dist');

/** The file that the runner starts for a stage. */
export function stageFile(stage: Stage, dist = builtAction) {
  if (stage === 'main') return join(dist, 'index.js');
  if (stage === 'post') return join(dist, 'post', 'index.js');

  return join(dist, 'hook', `${stage}.sh`);
}

/** Variables by which time passes faster for the action. Servers and tools keep the real time. */
export function fastClock(factor: number) {
  const clock = pathToFileURL(join(harness, 'fast-clock.mjs'));

  return {
    NODE_OPTIONS: `--import=${clock}`,
    TEST_CLOCK_FACTOR: String(factor),
  };
}

/** Makes time pass twenty times as fast, for tests of long waits. */
export const FAST = fastClock(20);
