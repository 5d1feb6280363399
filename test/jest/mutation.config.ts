import type { Config } from 'jest';
import config from '../../jest.config.ts';

/** The unit tests of src, for `npm run mutation`: none that reads the repository, runs the built action or a harness. */
const [unit] = config.projects ?? [];
if (typeof unit !== 'object') throw new Error('jest.config.ts has no project of unit tests.');

export default {
  ...unit,
  rootDir: '../..',
  testPathIgnorePatterns: ['/node_modules/', '/test/unit/(docs|repository|tooling|bench|harness)/'],
  testTimeout: 60_000,
} satisfies Config;
