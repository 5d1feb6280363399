import { EOL } from 'node:os';
import { jest } from '@jest/globals';

/**
 * Keeps what is written to standard output out of the report of the tests, until jest's mocks are restored.
 *
 * @returns a function that returns all that was written so far, each line with `\n` at its end, on Windows, too
 */
export function captureOutput(): () => string {
  let written = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  return () => written.replaceAll(EOL, '\n');
}
