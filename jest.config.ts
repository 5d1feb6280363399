import type { Config } from 'jest';
import { asPattern, LEFT_OUT_HERE } from './test/jest/posix-tests.ts';

/** What both kinds of tests share: jest runs CommonJS, made by esbuild from the TypeScript files. */
const shared = {
  testEnvironment: 'node',
  transform: {
    '\\.(ts|js)$': '<rootDir>/test/jest/esbuild-transformer.ts',
  },
  // These packages are ES modules only, so they are transformed as our own files are.
  transformIgnorePatterns: [
    '/node_modules/(?!(?:@actions/|https-proxy-agent/|agent-base/|proxy-agent-negotiate/))',
  ],
  moduleNameMapper: {
    '^@actions/http-client(/lib/auth)?$': '<rootDir>/scripts/stubs/http-client.js',
    '^@actions/exec$': '<rootDir>/scripts/stubs/exec.js',
    '^@actions/(core|io)$': '<rootDir>/node_modules/@actions/$1/lib/$1.js',
    '^@actions/(workflow-parser|expressions)$': '<rootDir>/node_modules/@actions/$1/dist/index.js',
    '^@actions/(workflow-parser|expressions)/(.+)$': '<rootDir>/node_modules/@actions/$1/dist/$2.js',
    '^@actions/io/lib/io-util$': '<rootDir>/node_modules/@actions/io/lib/io-util.js',
  },
  testPathIgnorePatterns: ['/node_modules/', ...LEFT_OUT_HERE.map(asPattern)],
  modulePathIgnorePatterns: ['<rootDir>/(dist|lib|coverage)/'],
};

const config: Config = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/unit/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'end-to-end',
      testMatch: ['<rootDir>/test/end-to-end/**/*.test.ts'],
    },
  ],
  // jest takes it from here alone: in a project it is ignored.
  testTimeout: 60_000,
  // More than the cores of a small machine: most tests wait for processes, and these for one another.
  maxWorkers: 4,
  verbose: true,
  reporters: [
    'default',
    '<rootDir>/test/jest/summary-reporter.ts',
    '<rootDir>/test/jest/coverage-reporter.ts',
  ],
};

export default config;
