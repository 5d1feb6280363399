import { jest } from '@jest/globals';

/**
 * Keeps what is written to standard output from the report of the tests, until jest's mocks are restored. Gives how to
 * have all that was written so far.
 */
export function captureOutput(): () => string {
  let written = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  return () => written;
}
