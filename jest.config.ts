import type { Config } from 'jest';

/** What both kinds of tests share: jest runs CommonJS, which swc makes of the TypeScript files. */
const shared = {
  testEnvironment: 'node',
  transform: {
    '\\.(ts|js)$': ['@swc/jest', { jsc: { target: 'es2024' } }],
  },
  // These packages are ES modules only, so they are transformed as our own files are.
  transformIgnorePatterns: [
    '/node_modules/(?!(?:@actions/|https-proxy-agent/|agent-base/|proxy-agent-negotiate/))',
  ],
  // The packages of the toolkit have no entry for CommonJS.
  moduleNameMapper: {
    '^@actions/http-client(/lib/auth)?$': '<rootDir>/scripts/stubs/http-client.js',
    '^@actions/(core|exec)$': '<rootDir>/node_modules/@actions/$1/lib/$1.js',
    '^@actions/io$': '<rootDir>/scripts/stubs/io.js',
    '^@actions/io/lib/io-util$': '<rootDir>/node_modules/@actions/io/lib/io-util.js',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
} satisfies Config;

const config: Config = {
  projects: ['unit', 'end-to-end'].map((name) => ({
    ...shared,
    displayName: name,
    testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
    setupFilesAfterEnv: name === 'unit' ? ['<rootDir>/test/unit/support.ts'] : [],
  })),
  // jest takes it from here alone: in a project it is ignored.
  testTimeout: 60_000,
  // More than the cores of a small machine: most tests wait for processes, and these for one another.
  maxWorkers: 4,
  reporters: ['default', '<rootDir>/test/harness/summary-reporter.ts'],
  // The bound is for all tests together.
  collectCoverage: process.env['COVERAGE'] === '1',
  collectCoverageFrom: ['src/**/*.ts'],
  // Of the unit tests: what runs in the bundle alone, as the end-to-end tests run it, is not counted.
  coverageThreshold: { global: { lines: 80 } },
  coverageReporters: ['text-summary'],
};

export default config;
