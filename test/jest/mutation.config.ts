import { join } from 'node:path';
import type { Config } from 'jest';
import config from '../../jest.config.ts';

/** The unit tests of src, for `npm run mutation`: none that reads the repository, runs the built action or a harness. */
const [unit] = config.projects ?? [];
if (typeof unit !== 'object') throw new Error('jest.config.ts has no project of unit tests.');

export default {
  ...unit,
  rootDir: '../..',
  // Nor any that draws its cases at random: the same code would have another score each time.
  testPathIgnorePatterns: [
    '/node_modules/',
    '/test/unit/(docs|repository|tooling|bench|harness|fuzz)/',
    '\\.property\\.test\\.ts$',
  ],
  testEnvironment: join(import.meta.dirname, 'mutation-environment.ts'),
  // Most changes that make a test fail by time make it wait for ever.
  testTimeout: 20_000,
  runner: '<rootDir>/test/jest/mutation-runner.ts',
} satisfies Config;
