import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { dockerDirectory } from '../../../src/container/credential-place.ts';

const home = process.env['HOME'];
beforeEach(() => {
  process.env['HOME'] = '';
});
afterEach(() => {
  if (home === undefined) delete process.env['HOME'];
  else process.env['HOME'] = home;
});

test('an empty HOME does not put the logins into the folder that the step runs in', () => {
  expect(dockerDirectory({})).toBe(join(userInfo().homedir, '.docker'));
});
