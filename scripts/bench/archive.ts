import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { archiveHead, unpack } from '../../test/harness/archive.ts';

/** What the runner does before a job with the archive of an action, once it has downloaded it. */
function acts(directory: string) {
  const archive = join(directory, 'archive');
  const first = join(directory, 'first');
  const copy = join(directory, 'copy');

  archiveHead(archive);

  return {
    unpack: () => unpack(archive, first),
    'copy file by file': () => cpSync(first, copy, { recursive: true }),
    'delete the first copy': () => rmSync(first, { recursive: true }),
  };
}

/** Does so with the archive of HEAD. Returns how long each act took in each round, in milliseconds. */
export function timeArchive(directory: string, rounds: number) {
  const taken: Record<string, number[]> = {};
  const runner = acts(directory);

  for (let round = 0; round < rounds; round += 1) {
    for (const [name, act] of Object.entries(runner)) {
      const start = performance.now();
      act();
      const ms = performance.now() - start;

      taken[name] = [...(taken[name] ?? []), ms];
    }

    rmSync(join(directory, 'copy'), { recursive: true });
  }

  return taken;
}
