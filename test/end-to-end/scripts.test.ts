import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { repository } from '../harness/paths.ts';
import { testReal } from '../harness/real-parts.ts';
import { actionNode, parseKeyValueFile, runStep } from '../harness/runner.ts';
import { missingLine } from '../harness/summary-reporter.ts';
import { type ToolBehavior, ToolDirectory } from '../harness/tools.ts';

/** The folder of the running test. */
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scripts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a script with node. Returns what the script printed. Rejects if the script fails. */
async function node(file: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  // Nothing of the environment of whoever runs the tests, such as keys.
  const options = { cwd: repository, env: { PATH: process.env['PATH'], TMPDIR: tmpdir(), ...env } };
  return (await promisify(execFile)(actionNode(), [file, ...args], options)).stdout;
}

const README = readFileSync(join(repository, 'README.md'), 'utf8');
const DEMO_BLOCK = /^<!-- demo(?:: (\S+))? -->\n```text\n([\s\S]*?)```$/gm;

/** A text on one line, wherever its lines were wrapped. */
const onOneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

/** What the demo printed. What differs in each run is replaced by the values in README. */
const asInReadme = (printed: string) =>
  onOneLine(printed)
    .replaceAll(/http:\S+(?=\/v1\/credentials)/g, 'http://169.254.170.23')
    .replaceAll(/127\.0\.0\.1:\d+/g, '111122223333.dkr.ecr.eu-west-1.amazonaws.com')
    .replaceAll(/\[[\da-f-]{36}\]/g, '[9b1f3c3e-9a52-4d3c-8f0e-2f1f3a6b7c11]')
    .replaceAll(/attempts in \d+ s/g, 'attempts in 4 s')
    .replaceAll(/until \S+Z/g, 'until 2026-01-31T23:59:59Z');

testReal('docker').each([
  ['login', 2, /docker_password = \*\*\*\n(.*\n)*Next: .*pod-identity\.yml/],
  ['no-association', 1, /→ .* said why and what to do\.\n(.*\n)*Next: .*troubleshooting\.md/],
  ['job-hook', 0, /→ .* now accepts it(.*\n)*Next: .*job-hook\.md/],
])('the demo of %s prints what README shows', async (name, blocks, words) => {
  const printed = await node(join('scripts', 'demo.ts'), [name], { NO_COLOR: '1' });
  expect(printed).toMatch(words);

  const shown = [...README.matchAll(DEMO_BLOCK)].filter(([, demo = 'login']) => demo === name);
  expect(shown).toHaveLength(blocks);

  for (const line of shown.flatMap(([, , block = '']) => block.split('\n'))) {
    expect(asInReadme(printed)).toContain(onOneLine(line));
  }
});

test('the demo looks for docker before it installs, and says what to do', async () => {
  const script = join('scripts', 'ensure-installed.mjs');
  cpSync(join(repository, script), join(folder, script));
  writeFileSync(join(folder, 'package-lock.json'), '{}');

  await expect(node(join(folder, script), [], { PATH: folder })).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/needs docker(.*\n)*What to do: Install/),
  });
});

test('the report of the tests names what is missing, once each', () => {
  const tests = [
    { status: 'pending', fullName: 'a (needs podman, root) b (needs docker)' },
    { status: 'pending', fullName: 'c (needs docker)' },
    { status: 'passed', fullName: 'd (needs nothing)' },
  ];

  expect(missingLine({ testResults: [{ testResults: tests }] })).toMatch(
    /: docker, podman, root\n$/,
  );
  expect(missingLine({ testResults: [] })).toBe('');
});

test('the job of CI that uses the action passes', async () => {
  const standIns = join(repository, '.github', 'actions', 'stand-ins');
  const job = { RUNNER_TEMP: folder, HOME: folder };
  const variables = join(folder, 'variables');
  const files = { GITHUB_ENV: variables, GITHUB_OUTPUT: join(folder, 'output') };

  await node(join(standIns, 'start.mjs'), [], { ...job, ...files });
  const env = { ...job, ...parseKeyValueFile(readFileSync(variables, 'utf8')) };
  const step = {
    inputs: { 'container-cli': 'config-file' },
    env,
    toolDirectory: new ToolDirectory(folder),
    directory: join(folder, 'step'),
  };

  try {
    const main = await runStep({ ...step, stage: 'main', state: {} });
    const outputs = { LOGIN_OUTPUTS: JSON.stringify(main.outputs) };
    await node(join('scripts', 'ci-stand-ins.ts'), ['check'], { ...env, ...outputs });
    await runStep({ ...step, stage: 'post', state: main.state });
  } finally {
    // Ends the stand-ins, too.
    expect(await node(join(standIns, 'finish.mjs'), [], env)).toContain('The login is gone');
  }
});

/** What the scripts for AWS read from the environment. */
const SETTINGS = {
  CLUSTER: 'blue',
  REGION: 'eu-west-1',
  NAMESPACE: 'team-a',
  SERVICE_ACCOUNTS: 'arc-dind-gha-rs-no-permission default',
  ROLE: 'arc-ecr',
  REPOSITORY: 'app',
};

/** Runs a script of bash, with programs that answer as planned. */
function runBash(
  args: string[],
  answers: ToolBehavior[],
  settings: NodeJS.ProcessEnv,
  program = 'aws',
) {
  const tools = new ToolDirectory(mkdtempSync(join(folder, 'tools-')));
  tools.add(program, [...answers, {}]);
  tools.add('sleep', {});

  const env = { ...settings, PATH: `${tools.path}:${process.env['PATH']}` };
  const options = { cwd: repository, env, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync('bash', args, options);

  const calls = tools.runs.filter(({ tool }) => tool === program).map(({ argv }) => argv);
  /** The calls that change something. */
  const changes = calls.filter(([, operation = '']) =>
    /^(?:create|put|update|set|delete)-/.test(operation),
  );
  const operations = changes.map(([, operation = '']) => operation);

  return { status, output: stdout + stderr, calls, changes, operations };
}

/** Runs a script for AWS, with options after its name. */
const runScript = (command: string, answers: ToolBehavior[] = [], settings = {}) => {
  const [name, ...options] = command.split(' ');
  const file = join('examples', 'aws-cli', `${name}.sh`);

  return runBash([file, ...options], answers, { ...SETTINGS, ...settings });
};

/** The JSON that the call of this operation got. */
function documentOf({ changes }: ReturnType<typeof runBash>, operation: string) {
  const call = changes.find((argv) => argv[1] === operation) ?? [];
  return JSON.parse(call.find((word) => word.startsWith('{')) ?? '');
}

const ROLE_ARN = 'arn:aws:iam::111122223333:role/arc-ecr';
const OTHER_ROLE = 'arn:aws:iam::111122223333:role/other';
const CALLER: ToolBehavior = {
  on: 'get-caller-identity',
  stdout: 'arn:aws-cn:sts::444455556666:assumed-role/admin/me',
};
const PUSH = readFileSync(join(repository, 'examples', 'iam', 'push.json'), 'utf8');
const APP = 'arn:aws-cn:ecr:eu-west-1:444455556666:repository/app';
const POLICY = PUSH.replace(/"arn:.*"/, `"${APP}"`);
const TRUST: ToolBehavior = {
  on: 'Role.AssumeRolePolicyDocument',
  stdout: '{ "Service": "pods.eks.amazonaws.com" }',
};
const FIRST_ASSOCIATION = 'associations[0].associationId';

/** What AWS says to create-pod-identity.sh: of what exists, and of nothing. */
const ROLE = [CALLER, { on: 'Role.Arn', stdout: ROLE_ARN }, TRUST];
const EXISTS: ToolBehavior[] = [
  ...ROLE,
  { on: 'list-role-policies', stdout: 'True' },
  { on: 'get-role-policy', stdout: POLICY.replaceAll('  ', '    ') },
  { on: FIRST_ASSOCIATION, stdout: 'a-1' },
  { on: 'describe-pod-identity-association', stdout: ROLE_ARN },
];
const MISSING: ToolBehavior[] = [
  ...ROLE,
  { on: 'describe-repositories', exitCode: 254 },
  { on: 'describe-addon', exitCode: 254 },
  { on: 'get-role', exitCode: 254 },
  { on: 'list-role-policies', stdout: 'False' },
  { on: FIRST_ASSOCIATION, stdout: 'None' },
];

describe('create-pod-identity.sh', () => {
  const create = (answers: ToolBehavior[], settings = {}) =>
    runScript('create-pod-identity', answers, settings);

  test('creates what is missing, with a policy for the repository of this account', () => {
    const run = create(MISSING);
    expect(run.status).toBe(0);
    expect(run.operations).toEqual([
      'create-repository',
      'create-addon',
      'create-role',
      'put-role-policy',
      'create-pod-identity-association',
      'create-pod-identity-association',
    ]);

    expect(documentOf(run, 'put-role-policy')).toEqual(JSON.parse(POLICY));
    expect(
      run.changes.slice(-2).map((call) => call[call.indexOf('--service-account') + 1]),
    ).toEqual(SETTINGS.SERVICE_ACCOUNTS.split(' '));
  });

  test('changes nothing that exists', () => {
    expect(create(EXISTS)).toMatchObject({ status: 0, changes: [] });
  });

  test('creates no repository for a prefix, no agent where it is not wanted, and pulls only', () => {
    const run = create(MISSING, {
      REPOSITORY: 'team/*',
      INSTALL_AGENT: 'false',
      POLICY: 'examples/iam/pull.json',
      SERVICE_ACCOUNTS: 'default',
    });
    expect(run.operations).toEqual([
      'create-role',
      'put-role-policy',
      'create-pod-identity-association',
    ]);
    const policy = JSON.stringify(documentOf(run, 'put-role-policy'));
    expect(policy).toContain('repository/team/*"');
    expect(policy).not.toContain('PutImage');
  });

  test.each([
    ['app', 'pull', 0],
    ['app', 'login', 0],
    ['app', 'public-push', 0],
    ['other', 'pull', 1],
    ['app-two', 'pull', 1],
  ])('REPOSITORY=app, a policy for %s (%s.json): exits with %i', (edited, name, status) => {
    const file = join(folder, `${name}.json`);
    const policy = readFileSync(join(repository, 'examples', 'iam', `${name}.json`), 'utf8');
    writeFileSync(file, policy.replace(/"arn:aws:ecr:.*"/, `"${APP.replace(/app$/, edited)}"`));

    const run = create(MISSING, { POLICY: file });
    expect(run.status).toBe(status);
    if (status === 0) return;
    expect(run.output).toMatch(/^Stopped: the policy \S+\.json names another repository than/);
    expect(run.changes).toEqual([]);
  });

  test.each([
    ['a policy that differs', 'get-role-policy', PUSH, /^Stopped: the inline policy ecr of the/],
    [
      'an association with another role',
      'describe-pod-identity-association',
      OTHER_ROLE,
      /^Stopped: the service account arc-dind-gha-rs-no-permission has the role \S+:role\/other\. .* --association-id a-1 --role-arn \S+arc-ecr$/,
    ],
    ['a role for others', TRUST.on, '"ec2.amazonaws.com"', /^Stopped: the role arc-ecr does not/],
  ])('stops at %s', (_what, on = '', stdout, message) => {
    const { status, output, changes } = create([{ on, stdout }, ...EXISTS]);
    expect(status).toBe(1);
    expect(output.trim().split('\n').at(-1)).toMatch(message);
    expect(changes).toEqual([]);
  });
});

describe('delete-pod-identity.sh', () => {
  const LISTED = '--query associations[].[associationId,namespace,serviceAccount]';
  const ANSWERS: ToolBehavior[] = [
    { on: `--service-account default --query ${FIRST_ASSOCIATION}`, stdout: 'b-1' },
    { on: FIRST_ASSOCIATION, stdout: 'a-1' },
    { on: 'clusters[]', stdout: 'blue\tgreen' },
    { on: `green ${LISTED}`, stdout: 'g-1\tteam-b\tdefault\ng-2\tweb\tapp\n' },
    { on: '--association-id a-1', stdout: ROLE_ARN },
    { on: '--association-id b-1', stdout: OTHER_ROLE },
    { on: '--association-id g-1', stdout: ROLE_ARN },
    { on: '--association-id g-2', stdout: OTHER_ROLE },
  ];
  const UNUSED: ToolBehavior[] = [
    { on: 'clusters[]', stdout: 'blue' },
    { on: FIRST_ASSOCIATION, stdout: 'None' },
    {
      on: 'Role.AssumeRolePolicyDocument.Statement[].Principal',
      stdout: '[\n  { "Service": "pods.eks.amazonaws.com" }\n]\n',
    },
    { on: 'Role.RoleLastUsed.Region', stdout: 'None' },
    { on: 'list-role-policies', stdout: 'ecr\tecr-pull' },
  ];
  const DELETE = 'delete-pod-identity';
  const DELETE_ROLE = 'delete-pod-identity --delete-role';

  test('deletes the associations of these service accounts with this role, and lists others', () => {
    const run = runScript(DELETE, ANSWERS);
    expect(run.status).toBe(0);
    expect(run.changes.map((call) => call.slice(1).join(' '))).toEqual([
      expect.stringMatching(/^delete-pod-identity-association .*--association-id a-1$/),
    ]);
    expect(run.output).toContain(
      `team-a/default keeps its association, which is with ${OTHER_ROLE}`,
    );
    expect(run.output).toContain('eu-west-1:\n  green team-b/default\nKept the role');
  });

  test('--delete-role deletes the role with all of its inline policies', () => {
    const run = runScript(DELETE_ROLE, UNUSED);
    expect(run.status).toBe(0);
    expect(run.operations).toEqual(['delete-role-policy', 'delete-role-policy', 'delete-role']);
    expect(run.changes[1]).toContain('ecr-pull');
  });

  test('can be run again when the role is gone', () => {
    const gone = { on: 'get-role', exitCode: 254, stderr: 'An error occurred (NoSuchEntity)' };
    const run = runScript(DELETE_ROLE, [gone, ...UNUSED]);
    expect(run).toMatchObject({ status: 0, changes: [] });
    expect(run.output).toContain('The role arc-ecr does not exist.');
  });

  test.each([
    ['that another association uses', ANSWERS, /: the role arc-ecr is in use/],
    [
      'that trusts others, too',
      [{ on: 'get-role', stdout: '[{"Service":"pods.eks.amazonaws.com"},{}]' }, ...UNUSED],
      /: the role arc-ecr trusts others/,
    ],
    [
      'of another region',
      [{ on: 'Role.RoleLastUsed.Region', stdout: 'us-east-1' }, ...UNUSED],
      /: the role arc-ecr was used in us-east-1/,
    ],
    [
      'with managed policies',
      [{ on: 'list-attached-role-policies', stdout: 'arn:p' }, ...UNUSED],
      /: the role arc-ecr has managed policies, .*: arn:p/,
    ],
    ['whose use is unknown', [{ on: 'list-clusters', exitCode: 254 }, ...UNUSED], /^/],
    ['that it may not read', [{ on: 'get-role', exitCode: 254 }, ...UNUSED], /^Stopped: $/m],
  ])('--delete-role keeps a role %s', (_what, answers, message) => {
    const run = runScript(DELETE_ROLE, answers);
    expect(run.status).not.toBe(0);
    expect(run.output).toMatch(message);
    expect(run.operations.join()).not.toContain('delete-role');
  });
});

describe('cross-account.sh', () => {
  const TARGET_ROLE_ARN = 'arn:aws:iam::444455556666:role/target';
  const settings = { ROLE_ARN, REPOSITORY_ARN: APP, TARGET_ROLE: 'target', TARGET_ROLE_ARN };
  const part = (name: string, answers: ToolBehavior[] = [], env = {}) =>
    runScript(`cross-account ${name}`, [CALLER, ...answers], { ...settings, ...env });

  test('repository-policy allows the role, and role-policy the repository', () => {
    const repositoryPolicy = documentOf(part('repository-policy'), 'set-repository-policy');
    expect(repositoryPolicy.Statement[0].Principal).toEqual({ AWS: ROLE_ARN });

    const rolePolicy = documentOf(part('role-policy'), 'put-role-policy');
    expect(rolePolicy).toEqual(JSON.parse(POLICY));
  });

  test('target-role is assumed with any external ID first, and then with those of associations', () => {
    const first = part('target-role', [{ on: 'get-role', exitCode: 254 }]);
    expect(documentOf(first, 'create-role').Statement[0]).toMatchObject({
      Principal: { AWS: ROLE_ARN },
      Condition: { StringLike: { 'sts:ExternalId': '*' } },
    });
    expect(documentOf(first, 'put-role-policy')).toEqual(JSON.parse(POLICY));

    const second = part('target-role', [], { EXTERNAL_IDS: 'one\ntwo' });
    const updated = documentOf(second, 'update-assume-role-policy');
    expect(updated.Statement[0].Condition).toEqual({
      StringEquals: { 'sts:ExternalId': ['one', 'two'] },
    });
  });

  test('association lets the role assume the target role before it writes it', () => {
    const run = part('association', [
      { on: FIRST_ASSOCIATION, stdout: 'a-1' },
      { on: 'association.externalId', stdout: 'id-1\n' },
    ]);
    expect(run.output).toBe('id-1\nid-1\n');
    expect(run.operations).toEqual([
      'put-role-policy',
      'update-pod-identity-association',
      'update-pod-identity-association',
    ]);
    expect(documentOf(run, 'put-role-policy').Statement[0].Resource).toBe(TARGET_ROLE_ARN);
  });
});

test.each([
  ['create-pod-identity', Object.keys(SETTINGS)],
  ['delete-pod-identity', ['CLUSTER', 'REGION', 'NAMESPACE', 'SERVICE_ACCOUNTS', 'ROLE']],
  ['create-on-push', ['REGION', 'PREFIX']],
  ['create-storage', ['CLUSTER', 'REGION', 'ROLE']],
  ['vpc-endpoints', ['REGION', 'VPC_ID', 'SUBNET_IDS', 'SECURITY_GROUP_ID', 'ROUTE_TABLE_IDS']],
])('%s.sh names each setting that is missing', (name, needed) => {
  const settings = Object.fromEntries(needed.map((setting) => [setting, 'x']));
  for (const setting of needed) {
    const run = runScript(name, [], { ...settings, [setting]: '' });
    expect(run.changes).toEqual([]);
    expect(run.output).toContain(`Set ${setting}`);
  }
});

testReal('jq')('the command that deletes idle runners leaves busy ones alone', () => {
  const page = readFileSync(join(repository, 'docs', 'eks.md'), 'utf8');
  const [, command = ''] = /```sh\n(kubectl .* get ephemeralrunners[\s\S]*?)```/.exec(page) ?? [];
  const names = { NAMESPACE: 'team-a', SCALE_SET: 'arc-dind' };
  const deleted = (...items: object[]): string[] => {
    const list = { on: 'get ephemeralrunners', stdout: JSON.stringify({ items }) };
    const { calls } = runBash(['-c', command], [list], names, 'kubectl');
    return calls.slice(1).map((argv) => argv.join(' '));
  };

  const busy = { metadata: { name: 'busy' }, status: { jobId: 'j-1' } };
  const idle = { metadata: { name: 'idle' }, status: {} };
  const fresh = { metadata: { name: 'new' } };
  expect(deleted(busy, idle, fresh)).toEqual([
    '--namespace team-a delete ephemeralrunners --wait=false idle new',
  ]);
  expect(deleted(busy)).toEqual([]);
  // The way back has the same command.
  expect(page.split(command)).toHaveLength(3);
});

test('the command that finds service accounts asks for the columns as they are written', () => {
  const page = readFileSync(join(repository, 'docs', 'eks.md'), 'utf8');
  const [, command = ''] = /```sh\n(SPEC=[\s\S]*?)```/.exec(page) ?? [];
  const { calls } = runBash(['-c', command], [], {}, 'kubectl');

  // The shell takes away the quotes around the columns, but not those in them.
  const container = '.spec.template.spec.containers[*]';
  const hooks = `HOOKS:${container}.env[?(@.name=="ACTIONS_RUNNER_CONTAINER_HOOKS")].value`;
  expect(calls[0]?.at(-1)).toContain(`.spec.template.spec.serviceAccountName,${hooks},`);
});
