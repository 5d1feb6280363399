import { join } from 'node:path';
import { harness } from './paths.ts';

/**
 * The variables of a step in which calls of node:fs fail: each fault is `call:code:times:name`, see failing-files.mjs.
 */
export function failingFiles(...faults: string[]): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${join(harness, 'failing-files.mjs')}`,
    FAILING_FILES: faults.join(' '),
  };
}
