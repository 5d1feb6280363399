import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { repository, stageFile } from '../harness/paths.ts';
import { testReal } from '../harness/real-parts.ts';
import { actionNode, inputVariables, parseKeyValueFile } from '../harness/runner.ts';
import { type ToolBehavior, ToolDirectory } from '../harness/tools.ts';

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
  const read = (name: string): Record<string, string> =>
    parseKeyValueFile(readFileSync(file(name), 'utf8'));
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

/** What AWS says to the scripts: of what exists, and of nothing. */
const ROLE_ARN = 'arn:aws:iam::111122223333:role/arc-runner-ecr';
const POLICY = readFileSync(join(repository, 'examples', 'iam', 'push.json'), 'utf8');
const ROLE: ToolBehavior = { on: 'Role.Arn', stdout: ROLE_ARN };
const EXISTS: ToolBehavior[] = [
  { on: 'list-role-policies', stdout: 'True' },
  { on: 'get-role-policy', stdout: POLICY.replaceAll('  ', '    ') },
  { on: 'associations[0].associationId', stdout: 'a-1' },
  { on: 'describe-pod-identity-association', stdout: ROLE_ARN },
];
const MISSING: ToolBehavior[] = [
  ...['describe-repositories', 'describe-addon', 'get-role'].map((on) => ({ on, exitCode: 254 })),
  { on: 'list-role-policies', stdout: 'False' },
  { on: 'associations[0].associationId', stdout: 'None' },
];

test.each([
  [
    'create-pod-identity.sh creates what is missing',
    MISSING,
    '',
    [
      ...['create-repository', 'create-addon', 'create-role', 'put-role-policy'],
      ...['create-pod-identity-association', 'create-pod-identity-association'],
    ],
  ],
  ['create-pod-identity.sh changes nothing that exists', EXISTS, '', []],
  [
    'create-pod-identity.sh stops at a policy that differs',
    [{ on: 'get-role-policy', stdout: POLICY.replace('team/app', 'team/*') }, ...EXISTS],
    /^Stopped: the policy ecr of the role arc-runner-ecr differs/,
    [],
  ],
  [
    'create-pod-identity.sh stops at an association with another role',
    [
      { on: 'describe-pod-identity-association', stdout: 'arn:aws:iam::111122223333:role/b' },
      ...EXISTS,
    ],
    /^Stopped: the service account arc-runner has the role \S+:role\/b\. .* --association-id a-1 --role-arn \S+arc-runner-ecr$/m,
    [],
  ],
  [
    'delete-pod-identity.sh deletes the role and its own associations',
    [
      { on: 'associations[].associationId', stdout: 'a-1 a-2' },
      { on: 'a-1', stdout: ROLE_ARN },
    ],
    '',
    ['delete-pod-identity-association', 'delete-role-policy', 'delete-role'],
  ],
])('%s', (what, answers, message, changes) => {
  const folder = mkdtempSync(join(tmpdir(), 'aws-script-'));
  try {
    const tools = new ToolDirectory(folder);
    tools.add('aws', [ROLE, ...answers, {}]);
    const script = join('examples', 'aws-cli', what.replace(/ .*/, ''));
    const env = { PATH: `${tools.path}:${process.env['PATH']}` };
    const { status, stderr } = spawnSync('bash', [script], {
      cwd: repository,
      env,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: message === '' ? 0 : 1,
      stderr: message === '' ? '' : expect.stringMatching(message),
    });
    const called = tools.runs.map(({ argv: [, operation = ''] }) => operation);
    expect(called.filter((operation) => /^(create|put|update|delete)-/.test(operation))).toEqual(
      changes,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
