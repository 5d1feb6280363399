import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { catchStrayOutput } from '../../../src/stage/stray-output.ts';
import { captureOutput } from '../written-output.ts';

let printed: () => string;
let stage: NodeJS.Process;
const exit = jest.fn();
const output = { ...console };

beforeEach(() => {
  exit.mockReset();
  printed = captureOutput();
  stage = Object.assign(new EventEmitter(), { exit }) as unknown as NodeJS.Process;
  stage.on('warning', () => {
    process.stdout.write('as node prints it\n');
  });
  catchStrayOutput(output, stage);
});

afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = 0;
});

describe('what is printed past the log', () => {
  test.each(['debug', 'error', 'info', 'log', 'trace', 'warn'] as const)(
    'by console.%s is a line of the debug log',
    (method) => {
      output[method]('%s\n::add-path::/evil', 'a');
      expect(printed()).toBe('::debug::a%0A: :add-path::/evil\n');
    },
  );

  test("by node's warnings is a line of the debug log", () => {
    stage.emit('warning', Object.assign(new Error('::add-path::/evil'), { name: 'DeprecationWarning' }));
    expect(printed()).toBe('::debug::DeprecationWarning: ::add-path::/evil\n');
  });

  test('by an error that nothing caught is the error of the stage, which ends', () => {
    (stage as EventEmitter).emit('uncaughtException', new Error('late\n::add-path::/evil'));
    expect(printed()).toMatch(/^::error::late%0A: :add-path::\/evil\n/);
    expect(printed()).not.toMatch(/^\s*::add-path/m);
    expect(process.exitCode).toBe(1);
    expect(exit).toHaveBeenCalledTimes(1);
  });
});
