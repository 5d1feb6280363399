import { describe, expect, test } from '@jest/globals';
import {
  clientEnvironment,
  type ProgramOptions,
  runProgram,
} from '../../../src/clients/process.ts';
import { hide } from '../../../src/runner/log.ts';
import { NEVER, output, program } from '../support.ts';

const run = (script: string, options: Partial<ProgramOptions> = {}) => {
  const env = { PATH: process.env['PATH'] };
  const usual = { env, input: '', deadlineMs: 20_000, signal: NEVER };
  return runProgram(program('a client', script), ['one two', '"x"'], { ...usual, ...options });
};

describe('a program', () => {
  test('gets its arguments, environment and input, and gives its output and exit code', async () => {
    const script = 'echo on stdout; echo "$#,$1,$2,$HOME" >&2; cat >&2; exit 3';

    expect(await run(script, { input: 'pass\nword' })).toEqual({
      exitCode: 3,
      signal: null,
      stderr: '2,one two,"x",\npass\nword',
      stopped: undefined,
    });
    expect(output()).toBe('');
  });

  test.each([
    ['that does not read its input', 'exec 0<&-; exit 5', { exitCode: 5 }],
    ['that is killed', 'kill -9 $$', { exitCode: null, signal: 'SIGKILL' }],
    ['whose child holds its output open', 'sleep 5 & exit 4', { exitCode: 4 }],
  ])('%s ends by itself', async (_what, script, result) => {
    const input = 'x'.repeat(1_000_000);

    expect(await run(script, { input })).toMatchObject({ ...result, stopped: undefined });
  });

  test.each([
    ['whose child hangs', 'sleep 30; true', 'SIGTERM'],
    ['that ignores SIGTERM', "trap '' TERM; while true; do sleep 0.1; done", 'SIGKILL'],
    ['that prints without an end', 'yes & exec yes >&2', 'SIGTERM'],
  ])('%s is ended at its deadline', async (_what, script, signal) => {
    const result = await run(script, { deadlineMs: 300 });

    expect(result).toMatchObject({
      exitCode: null,
      signal,
      stopped: 'timed out after 0.3 s',
    });
    // With the mark of a cut.
    expect(result.stderr.length).toBeLessThanOrEqual(64 * 1024 + 1);
  });

  test('is ended by a cancel that comes as it starts, and not started after one', async () => {
    const cancel = new AbortController();
    const { signal } = cancel;
    const running = run('exec sleep 30', { signal });

    cancel.abort(new Error('canceled'));

    const stopped = 'the step ended before it was done';
    expect(await running).toMatchObject({ exitCode: null, stopped });
    await expect(run('', { signal })).rejects.toThrow('canceled');
  });

  const DIVIDED = 'whose output is cut keeps no part of a known secret at the cut: %i';
  test.each([0, 1, 7, 40])(DIVIDED, async (kept) => {
    hide('password-of-ecr');
    const begin = `yes 'WARNING! x' | head -c ${64 * 1024 - 1 - kept}`;
    const lines = `${begin}; printf ' password-of-ecr and %040d' 0`;

    const { stderr } = await run(`${lines}; (${lines}) >&2`);

    expect(stderr.length).toBeGreaterThan(60_000);
    expect(stderr).toMatch(kept < 15 ? /^[^p]*…$/ : /password-of-ecr and …$/);
  });
});

/** An end-to-end test has the other names that are left out. */
test('the environment of a client is all but inputs, tokens, keys and what changes the job', () => {
  const kept = { AWS_PROFILE: 'x', GITHUB_WORKSPACE: 'x', RUNNER_TEMP: 'x', MY_INPUT_X: 'x' };
  const leftOut = {
    AWS_SECURITY_TOKEN: 'x',
    GITHUB_ENTERPRISE_TOKEN: 'x',
    GH_ENTERPRISE_TOKEN: 'x',
    'INPUT_HTTP-PROXY': 'x',
  };

  expect(clientEnvironment({ ...kept, ...leftOut })).toEqual(kept);
});
