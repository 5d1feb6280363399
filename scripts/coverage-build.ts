import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { instrument, isSource, SOURCES } from '../test/jest/coverage-instrumenter.ts';
import { TOOLKIT_STUBS } from './stubs.ts';

/** Puts counters into each source file before esbuild takes the types out. */
const counters: Plugin = {
  name: 'counters',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      return { contents: isSource(path) ? instrument(path, text).code : text, loader: 'ts' };
    });
  },
};

/** The code that leaves the counts of a process behind when it ends. */
function writerOfCounts(folder: string): string {
  return `import { writeFileSync } from 'node:fs';
process.on('exit', () => {
  const file = ${JSON.stringify(`${folder}/action-`)} + process.pid + '-' + Date.now() + '-' + Math.random() + '.json';
  writeFileSync(file, JSON.stringify(globalThis.__coverage__ ?? {}));
});
`;
}

/**
 * Builds the action with counters in its sources, as readable ES modules.
 *
 * @param folder - takes the build
 * @param counts - the folder in which each process of this build leaves a file of its counts; it must exist
 * @returns the path of the build's entry for main; post and the job hooks are in folders beside it
 */
export async function buildInstrumented(folder: string, counts: string): Promise<string> {
  const writer = join(counts, '..', 'write-counts.mjs');
  writeFileSync(writer, writerOfCounts(counts));
  await build({
    entryPoints: {
      index: join(SOURCES, 'main.ts'),
      'post/index': join(SOURCES, 'post.ts'),
      'hook/started/index': join(SOURCES, 'hook', 'job-started.ts'),
      'hook/completed/index': join(SOURCES, 'hook', 'job-completed.ts'),
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    alias: TOOLKIT_STUBS,
    // As in the bundle: of a CommonJS package a dynamic import() does not see the names.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    inject: [writer],
    plugins: [counters],
    // Bundled CommonJS packages call require() for node's own modules.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  for (const name of ['job-started.sh', 'job-completed.sh']) {
    copyFileSync(join(SOURCES, 'hook', name), join(folder, 'hook', name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  return join(folder, 'index.js');
}
