import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An action of a few lines, which takes the place of the built one: for tests of the harness itself. */
export class SmallAction {
  readonly folder = mkdtempSync(join(tmpdir(), 'small-action-'));
  readonly #entryBefore = process.env['ACTION_ENTRY'];

  /** From now on the runner runs this code. */
  use(code: string): void {
    const file = join(this.folder, 'action.mjs');
    writeFileSync(file, code);
    process.env['ACTION_ENTRY'] = file;
  }

  /** Gives the built action its place back, and removes this one. */
  remove(): void {
    if (this.#entryBefore === undefined) {
      delete process.env['ACTION_ENTRY'];
    } else {
      process.env['ACTION_ENTRY'] = this.#entryBefore;
    }
    rmSync(this.folder, { recursive: true });
  }
}
