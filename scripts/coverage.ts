/**
 * Runs all tests with counters in the sources, and reports what they covered.
 *
 * The end-to-end tests run a build of the same instrumented sources in place of dist/; what each of its
 * processes counted, and what the unit tests counted inside of jest, is added up. Exits with 1 where a test
 * fails or the coverage is below the minimum.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import coverage from 'istanbul-lib-coverage';
import { createContext } from 'istanbul-lib-report';
import { create as createReport } from 'istanbul-reports';
import { instrument, SOURCES } from '../test/jest/coverage-instrumenter.ts';
import { buildInstrumented } from './coverage-build.ts';

/** In percent, of all that is in src. */
const MINIMUM = { lines: 95, branches: 95 } as const;

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'coverage');
/** Takes one file of counts for each process. */
const COUNTS = join(FOLDER, 'counts');

/**
 * Tests of the repository and of what the tests themselves use, and end-to-end tests that take long: nothing of src runs in
 * them that others do not run.
 */
const LEFT_OUT = [
  '/node_modules/',
  '/test/unit/(docs|repository|tooling|bench|harness|fuzz)/',
  '/test/end-to-end/(auth-file-(locations|problems)|ci-stand-ins|container-tools|demo|explained|hostile|identity)\\.test',
  '/test/end-to-end/(explained-)?pod-identity\\.test',
  '/test/end-to-end/(inputs|lock|proxy|real-addresses|registries|registry-variants|retries|seed-case)\\.test',
];

function runTests(entry: string): boolean {
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const env = { ...process.env, ACTION_ENTRY: entry, COVERAGE_DIR: COUNTS };
  const leftOut = LEFT_OUT.map((pattern) => `--testPathIgnorePatterns=${pattern}`);
  const { status } = spawnSync(process.execPath, [jest, ...leftOut, ...process.argv.slice(2)], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
  });
  return status === 0;
}

/** Adds up all counts, over a map that has every source file at zero, so that one no test loads counts, too. */
function collect(): coverage.CoverageMap {
  const map = coverage.createCoverageMap();
  for (const path of globSync('**/*.ts', { cwd: SOURCES }).sort()) {
    map.addFileCoverage(instrument(join(SOURCES, path)).counters);
  }
  for (const name of globSync('*.json', { cwd: COUNTS })) {
    map.merge(JSON.parse(readFileSync(join(COUNTS, name), 'utf8')) as coverage.CoverageMapData);
  }
  return map;
}

function report(map: coverage.CoverageMap): void {
  const context = createContext({ dir: FOLDER, coverageMap: map, defaultSummarizer: 'pkg' });
  createReport('text', { maxCols: 140 }).execute(context);
  createReport('lcovonly', { file: 'lcov.info', projectRoot: ROOT }).execute(context);
  createReport('text-summary').execute(context);
}

/** Names each number that is below its minimum. */
function shortfalls(map: coverage.CoverageMap): string[] {
  const summary = map.getCoverageSummary();
  return (['lines', 'branches'] as const)
    .filter((kind) => summary[kind].total === 0 || summary[kind].pct < MINIMUM[kind])
    .map((kind) => `Coverage of ${kind} is ${summary[kind].pct} %, below ${MINIMUM[kind]} %.`);
}

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(COUNTS, { recursive: true });
// Tests run the action as another user, too.
chmodSync(COUNTS, 0o1777);
const entry = await buildInstrumented(join(FOLDER, 'build'), COUNTS);
if (!existsSync(entry)) {
  throw new Error(`The instrumented build did not make ${entry}.`);
}
const passed = runTests(entry);
const map = collect();
report(map);
for (const shortfall of shortfalls(map)) {
  console.error(shortfall);
  process.exitCode = 1;
}
if (!passed) {
  process.exitCode = 1;
}
