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
  const { stdout } = await promisify(execFile)(actionNode(), [file, ...args], {
    cwd: repository,
    // Nothing of the environment of whoever runs the tests, such as keys.
    env: { PATH: process.env['PATH'], TMPDIR: tmpdir(), ...env },
  });
  return stdout;
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
  const base: NodeJS.ProcessEnv = { RUNNER_TEMP: folder, HOME: folder };
  const file = (name: string): string => join(folder, name);
  const read = (name: string) => parseKeyValueFile(readFileSync(file(name), 'utf8'));

  for (const name of ['ENV', 'OUTPUT', 'STATE', 'PATH']) {
    writeFileSync(file(name), '');
    base[`GITHUB_${name}`] = file(name);
  }

  const standIns = join(repository, '.github', 'actions', 'stand-ins');
  const start = join(standIns, 'start.mjs');
  const check = join(repository, 'scripts', 'ci-stand-ins.ts');
  const finish = (env: NodeJS.ProcessEnv) => node(join(standIns, 'finish.mjs'), [], env);

  try {
    await node(start, [], base);

    const inputs = inputVariables({ 'container-cli': 'config-file' });
    const env = { ...base, ...read('ENV'), ...inputs };
    writeFileSync(file('OUTPUT'), '');
    await node(stageFile('main'), [], env);

    const outputs = JSON.stringify(read('OUTPUT'));
    await node(check, ['check'], { ...env, LOGIN_OUTPUTS: outputs });

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

const ROLE_ARN = 'arn:aws:iam::111122223333:role/arc-runner-ecr';
const POLICY = readFileSync(join(repository, 'examples', 'iam', 'push.json'), 'utf8');

/** What AWS says to the scripts of a role, and of what else exists or is missing. */
const ROLE: ToolBehavior = { on: 'Role.Arn', stdout: ROLE_ARN };
const EXISTS: ToolBehavior[] = [
  { on: 'list-role-policies', stdout: 'True' },
  { on: 'get-role-policy', stdout: POLICY.replaceAll('  ', '    ') },
  { on: 'associations[0].associationId', stdout: 'a-1' },
  { on: 'describe-pod-identity-association', stdout: ROLE_ARN },
];
const MISSING: ToolBehavior[] = [
  { on: 'describe-repositories', exitCode: 254 },
  { on: 'describe-addon', exitCode: 254 },
  { on: 'get-role', exitCode: 254 },
  { on: 'list-role-policies', stdout: 'False' },
  { on: 'associations[0].associationId', stdout: 'None' },
];

const CREATE = 'create-pod-identity.sh';
const DELETE = 'delete-pod-identity.sh';

/** `stops` is what the script says as it stops; without it, it succeeds. */
type ScriptCase = [
  script: string,
  what: string,
  answers: ToolBehavior[],
  changes: string[],
  stops?: RegExp,
];

test.each<ScriptCase>([
  [
    CREATE,
    'creates what is missing',
    MISSING,
    [
      'create-repository',
      'create-addon',
      'create-role',
      'put-role-policy',
      'create-pod-identity-association',
      'create-pod-identity-association',
    ],
  ],
  [CREATE, 'changes nothing that exists', EXISTS, []],
  [
    CREATE,
    'stops at a policy that differs',
    [{ on: 'get-role-policy', stdout: POLICY.replace('team/app', 'team/*') }, ...EXISTS],
    [],
    /^Stopped: the policy ecr of the role arc-runner-ecr differs/,
  ],
  [
    CREATE,
    'stops at an association with another role',
    [
      { on: 'describe-pod-identity-association', stdout: 'arn:aws:iam::111122223333:role/b' },
      ...EXISTS,
    ],
    [],
    /^Stopped: the service account arc-runner has the role \S+:role\/b\. .* --association-id a-1 --role-arn \S+arc-runner-ecr$/m,
  ],
  [
    DELETE,
    'deletes the role and its own associations',
    [
      { on: 'associations[].associationId', stdout: 'a-1 a-2' },
      { on: 'a-1', stdout: ROLE_ARN },
    ],
    ['delete-pod-identity-association', 'delete-role-policy', 'delete-role'],
  ],
])('%s %s', (script, _, answers, changes, stops = undefined) => {
  const folder = mkdtempSync(join(tmpdir(), 'aws-script-'));

  try {
    const tools = new ToolDirectory(folder);
    tools.add('aws', [ROLE, ...answers, {}]);

    const { status, stderr } = spawnSync('bash', [join('examples', 'aws-cli', script)], {
      cwd: repository,
      env: { PATH: `${tools.path}:${process.env['PATH']}` },
      encoding: 'utf8',
    });

    expect({ status, stderr }).toEqual({
      status: stops ? 1 : 0,
      stderr: stops ? expect.stringMatching(stops) : '',
    });

    const called = tools.runs.map(({ argv: [, operation = ''] }) => operation);
    const changing = called.filter((name) => /^(create|put|update|delete)-/.test(name));
    expect(changing).toEqual(changes);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
