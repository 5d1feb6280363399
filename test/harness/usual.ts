import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { harness } from './paths.ts';

/** The tools of a step whose container client is not what the test is about: a docker that does nothing. */
export const TOOLS = { docker: { exitCode: 0 } };

/**
 * The variables by which time passes faster for the action, and only for it: what it talks to keeps its own.
 *
 * @param factor - how many times as fast; the shorter a wait of the real clock is meanwhile, the smaller
 */
export function fastClock(factor = 20): Record<'NODE_OPTIONS' | 'TEST_CLOCK_FACTOR', string> {
  const clock = pathToFileURL(join(harness, 'fast-clock.mjs')).href;
  return { NODE_OPTIONS: `--import=${clock}`, TEST_CLOCK_FACTOR: String(factor) };
}

/** Twenty times as fast, for waits that are long by design. */
export const FAST = fastClock();
