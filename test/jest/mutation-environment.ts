import { createRequire } from 'node:module';

// A CommonJS module with named exports, which jest's transformer and node import differently.
const { TestEnvironment } = createRequire(import.meta.filename)(
  'jest-environment-node',
) as typeof import('jest-environment-node');

/** What is used of the events of jest-circus. */
type TestEvent = { readonly name: string; readonly test?: { mode?: 'skip' } };

/** Runs tests as in node. For a mutant, it skips what is left of a test file after a test has failed. */
export default class MutationEnvironment extends TestEnvironment {
  #hasFailed = false;

  handleTestEvent({ name, test }: TestEvent): void {
    if (name === 'test_fn_failure' || name === 'hook_failure') this.#hasFailed = true;
    const isMutant = process.env['__STRYKER_ACTIVE_MUTANT__'] !== undefined;
    if (name === 'test_start' && test !== undefined && isMutant && this.#hasFailed) test.mode = 'skip';
  }
}
