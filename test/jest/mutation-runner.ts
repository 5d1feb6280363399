import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';

// A CommonJS module with a default export, which jest's transformer and TypeScript import differently.
const { default: TestRunner } = createRequire(import.meta.filename)(
  'jest-runner',
) as typeof import('jest-runner');
type RunTests = InstanceType<typeof TestRunner>['runTests'];
type Test = Parameters<RunTests>[0][number];

/** The names of the tests in each file, from the run without a mutant. In Stryker's copy of the repository. */
const NAMES_FILE = 'test-names.json';

type Names = Readonly<Record<string, readonly string[]>>;

/**
 * Runs test files one after another, as jest does, but those of the changed module first, and only what can tell something:
 * Stryker names the tests that reach a mutant, and jest alone would load every file to look for them, and would go on
 * after a test has failed.
 */
export default class MutationRunner extends TestRunner {
  override async runTests(...[tests, watcher, options]: Parameters<RunTests>): Promise<void> {
    const isMutant = process.env['__STRYKER_ACTIVE_MUTANT__'] !== undefined;
    const { nonFlagArgs: modules, testNamePattern } = this._globalConfig;
    const files = isMutant ? inOrder(withTests(tests, testNamePattern), modules) : tests;
    const names: Record<string, readonly string[]> = {};
    let hasFailed = false;
    const stop = this.on('test-file-success', ([{ path }, { numFailingTests, testResults }]) => {
      names[path] = testResults.map(({ fullName }) => fullName);
      hasFailed ||= numFailingTests > 0;
    });
    for (const file of files) {
      await super.runTests([file], watcher, { ...options, serial: true });
      if (isMutant && hasFailed) break;
    }
    stop();
    if (!isMutant) writeFileSync(NAMES_FILE, JSON.stringify(names));
  }
}

/** The files that have a test whose name matches. */
function withTests(files: readonly Test[], pattern: string | undefined): readonly Test[] {
  if (pattern === undefined || !existsSync(NAMES_FILE)) return files;
  const names = JSON.parse(readFileSync(NAMES_FILE, 'utf8')) as Names;
  const wanted = new RegExp(pattern, 'i');
  return files.filter(({ path }) => names[path]?.some((name) => wanted.test(name)) ?? true);
}

/** The tests of a module first, then those of its folder. */
function inOrder(files: readonly Test[], modules: readonly string[]): readonly Test[] {
  const distance = ({ path }: Test): number => {
    const ofModule = modules.some(
      (module) => basename(path) === basename(module).replace(/\.ts$/, '.test.ts'),
    );
    const ofFolder = modules.some((module) => basename(dirname(path)) === basename(dirname(module)));
    return (ofModule ? 0 : 2) + (ofFolder ? 0 : 1);
  };
  return files.toSorted((one, other) => distance(one) - distance(other));
}
