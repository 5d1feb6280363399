import { afterEach, expect, jest, test } from '@jest/globals';
import { logOut } from '../../../src/stage/log-out.ts';
import { captureOutput } from '../written-output.ts';

const { PATH, STATE_logins } = process.env;

afterEach(() => {
  jest.restoreAllMocks();
  process.env['PATH'] = PATH;
  if (STATE_logins === undefined) delete process.env['STATE_logins'];
});

test.each([
  ['that is cancelled says on its own what is still logged in', AbortSignal.abort(), true],
  ['that fails says so by its error alone', new AbortController().signal, false],
])('a post %s', async (_, signal, warns) => {
  process.env['PATH'] = '';
  process.env['STATE_logins'] = JSON.stringify([
    { registries: ['a.example'], tool: 'docker', variables: {} },
  ]);
  const written = captureOutput();
  const words = 'docker could not log out of registry a.example: docker is no longer on PATH';
  await expect(logOut({ environment: {}, signal })).rejects.toThrow(words);
  expect(written().includes(`::warning::${words}`)).toBe(warns);
});
