import { afterEach } from '@jest/globals';

const { platform } = process;

/** Shows another platform to the code of this process, until the end of the test. */
export function pretendPlatform(value: string): void {
  Object.defineProperty(process, 'platform', { value });
}

afterEach(() => pretendPlatform(platform));
