import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Diagnosis } from '../../../src/errors/diagnosis.ts';
import { logOutOfState, PATH_STATE } from '../../../src/hook/log-out-of-state.ts';
import { createState, hasState } from '../../../src/hook/state-file.ts';
import { StateWriter } from '../../../src/state.ts';
import { captureOutput } from '../written-output.ts';

const environment = process.env;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hook-'));
  captureOutput();
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = environment;
  rmSync(directory, { recursive: true });
});

/** Logs out with docker of the job-started hook's PATH, which fails where the exit code is not 0. */
async function logOut(exitCode: number, ownPath: string) {
  const [hooks, called] = [join(directory, 'hook'), join(directory, 'called')];
  for (const [path, code] of [
    [hooks, exitCode],
    [join(directory, 'job'), 0],
  ] as const) {
    mkdirSync(path);
    const script = `#!/bin/sh\necho "$0 $@" >>${called}\necho broken >&2\nexit ${code}\n`;
    writeFileSync(join(path, 'docker'), script, { mode: 0o755 });
  }
  const stateDirectory = join(directory, 'state');
  const state = createState(stateDirectory, process.execPath);
  const config = join(directory, 'config');
  const location = { variables: { DOCKER_CONFIG: config }, file: join(config, 'config.json') };
  StateWriter.begin(state).addLogin({ tool: 'docker', registry: 'a.example', ...location });
  state.save(PATH_STATE, hooks);
  process.env = { PATH: ownPath };
  const stage = {
    environment: { PATH: ownPath },
    signal: new AbortController().signal,
    diagnosis: new Diagnosis(),
  };
  const error = await logOutOfState(stage, stateDirectory).catch((thrown: unknown) => thrown);
  return {
    error,
    called: readFileSync(called, 'utf8'),
    stays: hasState(stateDirectory),
    path: process.env['PATH'],
  };
}

test.each([
  [0, undefined],
  [1, expect.objectContaining({ message: expect.stringContaining('broken') })],
])(
  "a logout with exit code %d runs the client of the hook's PATH, and leaves no state",
  async (code, error) => {
    expect(await logOut(code, join(directory, 'job'))).toEqual({
      error,
      called: `${join(directory, 'hook', 'docker')} logout a.example\n`,
      stays: false,
      path: join(directory, 'job'),
    });
  },
);

test('a job without a PATH has none again after the logout', async () => {
  expect(await logOut(0, '')).toMatchObject({ error: undefined, path: '' });
});
