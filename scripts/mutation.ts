/**
 * `npm run mutation`: changes the deciding modules one expression at a time, runs the unit tests against each change, and
 * prints the share of changes that made a test fail. Ends with 1 where a module is below the minimum.
 *
 * `npm run mutation -- src/retry src/inputs.ts` takes these folders and modules only.
 */
import { globSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { belowMinimum, type Mutant, scores, table } from './mutation-score.ts';

const ROOT = join(import.meta.dirname, '..');

/** Modules that decide nothing, or that only the end-to-end tests run. */
const LEFT_OUT = [
  // Entries, and what runs them.
  'src/main.ts',
  'src/post.ts',
  'src/hook/{job-*,run-hook}.ts',
  // The stages put the decisions of other modules in order, for a whole process.
  'src/stage/{locate-clients,log-in,log-in-to-all,log-out,process-end,run-stage}.ts',
  // Data: end-to-end tests and the samples of docs/troubleshooting.md compare each known error with real messages.
  'src/errors/known-errors/**',
  'src/runner/product.ts',
  // The table of the tools: end-to-end tests log each of them in and out.
  'src/container/tool.ts',
  // Hands settings to the providers of the AWS SDK: end-to-end tests see what those do with them.
  'src/identity/sdk-provider.ts',
  // What is used of other packages. The setting of a node that was started with NODE_USE_ENV_PROXY.
  'src/packages/**',
  'src/runner/job-summary.ts',
  'src/network/env-proxy.ts',
];

const SETTINGS = {
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  jest: { configFile: 'test/jest/mutation.config.ts' },
  coverageAnalysis: 'perTest',
  // Long limits: on a slow machine, a test that runs out of time would count as one that noticed.
  concurrency: 2,
  timeoutMS: 30_000,
  timeoutFactor: 2,
  dryRunTimeoutMinutes: 30,
  // The results of mutants whose module and tests have not changed since are taken over.
  incremental: true,
  incrementalFile: 'lib/mutation/incremental.json',
  tempDirName: 'lib/mutation/sandbox',
  reporters: ['clear-text', 'html', 'progress-append-only'],
  clearTextReporter: { reportTests: false, reportScoreTable: false, logTests: false },
  htmlReporter: { fileName: 'lib/mutation/report.html' },
  // Stryker would read tsconfig.json with the API of TypeScript, which version 7 does not have.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  allowConsoleColors: false,
} satisfies ConstructorParameters<typeof Stryker>[0];

/** The modules below the folders and at the paths that were named, or all, without those that are left out. */
function modules(named: readonly string[]): string[] {
  const asked = named.length > 0 ? named : ['src'];
  const patterns = asked.map((path) =>
    statSync(join(ROOT, path)).isDirectory() ? `${path.replace(/\/$/, '')}/**/*.ts` : path,
  );
  return globSync(patterns, { cwd: ROOT, exclude: LEFT_OUT }).sort();
}

process.chdir(ROOT);
for (const pattern of LEFT_OUT) {
  if (globSync(pattern).length === 0) throw new Error(`LEFT_OUT names ${pattern}, which is not there.`);
}
const mutate = modules(process.argv.slice(2));
if (mutate.length === 0) throw new Error('There is no deciding module at these paths.');
const results: readonly Mutant[] = await new Stryker({ ...SETTINGS, mutate }).runMutationTest();
// With them come the results that are kept of other modules.
const own = results.filter(({ fileName }) => mutate.includes(relative(ROOT, fileName)));
const measured = scores(own.map(({ fileName, status }) => ({ fileName, status })));
console.log(table(measured));
if (belowMinimum(measured).length > 0) process.exitCode = 1;
