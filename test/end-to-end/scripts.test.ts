import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { repository, stageFile } from '../harness/paths.ts';
import { testReal } from '../harness/real-parts.ts';
import { actionNode, inputVariables, parseKeyValueFile } from '../harness/runner.ts';

/** Runs a script with node; returns what it printed. Rejects if it does not succeed. */
async function node(
  file: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  // Nothing of the environment of whoever runs the tests, such as keys.
  const options = { cwd: repository, env: { PATH: process.env['PATH'], TMPDIR: tmpdir(), ...env } };
  return (await promisify(execFile)(actionNode(), [file, ...args], options)).stdout;
}

const DEMO = join(repository, 'scripts', 'demo.ts');

testReal('docker').each([
  ['login', /docker_password = \*\*\*\n(.*\n)*.*✔ the login was removed/],
  ['no-association', /Error: (.*\n)*.*aws eks create-pod-identity-association/],
  ['job-hook', /✔ after the job-started hook, the registry accepts the login of the runner/],
])('the demo of %s shows what it says', async (name, words) => {
  expect(await node(DEMO, [name], { NO_COLOR: '1' })).toMatch(words);
});

test('the demo says that it needs docker', async () => {
  await expect(node(DEMO, [], { PATH: tmpdir() })).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/docker/),
  });
});

test('the job of CI that uses the action passes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ci-job-'));
  const file = (name: string): string => join(folder, name);
  const files = Object.fromEntries(
    ['ENV', 'OUTPUT', 'STATE', 'PATH'].map((name) => [`GITHUB_${name}`, file(name)]),
  );
  for (const path of Object.values(files)) writeFileSync(path, '');
  const base = { ...files, RUNNER_TEMP: folder, HOME: folder };
  const read = (name: string): Record<string, string> => parseKeyValueFile(readFileSync(file(name), 'utf8'));
  const standIns = join(repository, '.github', 'actions', 'stand-ins');
  const finish = (env: NodeJS.ProcessEnv) => node(join(standIns, 'finish.mjs'), [], env);
  try {
    await node(join(standIns, 'start.mjs'), [], base);
    const env = { ...base, ...read('ENV'), ...inputVariables({ 'container-cli': 'config-file' }) };
    writeFileSync(file('OUTPUT'), '');
    await node(stageFile('main'), [], env);
    const outputs = { LOGIN_OUTPUTS: JSON.stringify(read('OUTPUT')) };
    await node(join(repository, 'scripts', 'ci-stand-ins.ts'), ['check'], { ...env, ...outputs });
    const state = Object.entries(read('STATE')).map(([name, value]) => [`STATE_${name}`, value]);
    await node(stageFile('post'), [], { ...env, ...Object.fromEntries(state) });
    expect(await finish(env)).toContain('The login is gone');
  } catch (error) {
    // It ends the stand-ins.
    await finish(base).catch(() => {});
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
});
