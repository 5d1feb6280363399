import { afterEach, expect, jest, test } from '@jest/globals';
import { logOut } from '../../../src/stage/log-out.ts';
import { captureOutput } from '../written-output.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

test('a post asks no client to log out of a configuration that is gone', async () => {
  const login = { tool: 'docker', registry: 'a.example', variables: {}, file: '/gone/config.json' } as const;
  const isolation = { directory: '/gone', isFirst: false, moved: [] };
  const state = { logins: [login], isolation, draft: undefined, locked: [], problems: [] };
  const findTool = jest.fn(async () => undefined);
  const written = captureOutput();
  await logOut(state, { environment: {}, signal: new AbortController().signal, findTool });
  expect([findTool.mock.calls, written()]).toEqual([[], '']);
});

test.each([
  ['that is cancelled says on its own what is still logged in', AbortSignal.abort(), true],
  ['that fails says so by its error alone', new AbortController().signal, false],
])('a post %s', async (_, signal, warns) => {
  const logins = [{ tool: 'docker', registry: 'a.example', variables: {} }] as const;
  const state = { logins, isolation: undefined, draft: undefined, locked: [], problems: [] };
  const findTool = async () => undefined;
  const written = captureOutput();
  const words = 'docker could not log out of registry a.example: docker is no longer on PATH';
  await expect(logOut(state, { environment: {}, signal, findTool })).rejects.toThrow(words);
  expect(written().includes(`::warning::${words}`)).toBe(warns);
});
