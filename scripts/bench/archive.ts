import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { archiveHead, unpack } from '../../test/harness/archive.ts';

/** What the runner does before a job with the archive of an action, once it has downloaded it. */
const ACTS = {
  unpack: (at: string) => unpack(join(at, 'archive'), join(at, 'first')),
  'copy file by file': (at: string) =>
    cpSync(join(at, 'first'), join(at, 'copy'), { recursive: true }),
  'delete the first copy': (at: string) => rmSync(join(at, 'first'), { recursive: true }),
};

/** Does so with the archive of HEAD, as often as is said. Returns how long each act took, in milliseconds. */
export function timeArchive(directory: string, rounds: number): Record<string, number[]> {
  archiveHead(join(directory, 'archive'));
  const taken = Object.entries(ACTS).map(([name, act]) => ({ name, act, ms: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { act, ms } of taken) {
      const start = performance.now();
      act(directory);
      ms.push(performance.now() - start);
    }
    rmSync(join(directory, 'copy'), { recursive: true });
  }
  return Object.fromEntries(taken.map(({ name, ms }) => [name, ms]));
}
