import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';

/** An action of a few lines, for tests of the harness itself. */
export interface SmallAction {
  /** From now on the runner runs this code; until the test has ended. */
  use(code: string): void;
}

/** Lets each test of this file replace the built action; afterwards the built one is in use again. */
export function useSmallAction(): SmallAction {
  const entryBefore = process.env['ACTION_ENTRY'];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'small-action-'));
  });
  afterEach(() => {
    if (entryBefore === undefined) {
      delete process.env['ACTION_ENTRY'];
    } else {
      process.env['ACTION_ENTRY'] = entryBefore;
    }
    rmSync(folder, { recursive: true });
  });
  return {
    use(code) {
      const file = join(folder, 'action.mjs');
      writeFileSync(file, code);
      process.env['ACTION_ENTRY'] = file;
    },
  };
}
