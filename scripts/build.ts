/** Builds the action: makes dist/ from the sources, as it is checked in. */
import { join } from 'node:path';
import { bundle } from './bundle.ts';

const DIST = join(import.meta.dirname, '..', 'dist');

for (const { name, size } of await bundle(DIST)) {
  console.log(`${String(size).padStart(9)}  dist/${name}`);
}
