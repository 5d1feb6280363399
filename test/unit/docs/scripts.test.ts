import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { repository } from '../../harness/paths.ts';
import { describeReal } from '../../harness/real-parts.ts';
import { readMarkdown } from './markdown.ts';
import { absolutePath, kindOfPath, repositoryFiles, repositoryText } from './repository-files.ts';

// The shell scripts of the examples: read by a linter, and run against stand-ins of the programs that they call.

const SCRIPTS = repositoryFiles('examples', '.sh');

test.each(SCRIPTS)('the files that it names are there: %s', (path) => {
  const text = repositoryText(path).replaceAll('$MODE', 'dind');
  const named = [...text.matchAll(/(?:file:\/\/|--filename |=)(examples\/\S+)/g)].map(
    ([, file = '']) => file,
  );
  expect(named.filter((file) => kindOfPath(file) !== 'file')).toEqual([]);
});

describeReal('shellcheck', ['shellcheck'], () => {
  const check = (input: string) =>
    spawnSync('shellcheck', ['--shell=bash', '-'], { input, encoding: 'utf8' }).stdout;

  test.each(SCRIPTS)('finds nothing: %s', (path) => {
    expect(check(repositoryText(path))).toBe('');
  });

  const snippets = repositoryFiles('.', '.md').flatMap((document) =>
    readMarkdown(repositoryText(document))
      .fences.filter(({ language, source }) => language === 'sh' && source === undefined)
      .map(({ text, line }) => ({ name: `${document}:${line}`, text })),
  );

  test.each(snippets)('finds nothing: $name', ({ text }) => {
    expect(check(text)).toBe('');
  });
});

/** What the AWS CLI's command reference (version 2) has of the commands that the examples use. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'ec2 create-vpc-endpoint': [
    'private-dns-enabled',
    'route-table-ids',
    'security-group-ids',
    'service-name',
    'subnet-ids',
    'vpc-endpoint-type',
    'vpc-id',
  ],
  'ecr create-repository': ['repository-name'],
  'ecr create-repository-creation-template': ['applied-for', 'image-tag-mutability', 'prefix'],
  'ecr describe-repositories': ['repository-names'],
  'ecr set-repository-policy': ['policy-text', 'repository-name'],
  'eks create-addon': ['addon-name', 'cluster-name', 'pod-identity-associations'],
  'eks create-pod-identity-association': ['cluster-name', 'namespace', 'role-arn', 'service-account'],
  'eks describe-addon': ['addon-name', 'cluster-name'],
  'eks list-pod-identity-associations': ['cluster-name', 'namespace', 'service-account'],
  'eks update-pod-identity-association': ['association-id', 'cluster-name', 'role-arn', 'target-role-arn'],
  'eks wait addon-active': ['addon-name', 'cluster-name'],
  'iam attach-role-policy': ['policy-arn', 'role-name'],
  'iam create-role': ['assume-role-policy-document', 'role-name'],
  'iam get-role': ['role-name'],
  'iam put-role-policy': ['policy-document', 'policy-name', 'role-name'],
  'iam wait role-exists': ['role-name'],
};
const EVERYWHERE = ['region', 'query', 'output'];

/** What is not of the AWS CLI in the commands of a run. */
function unknownToTheCli(calls: readonly string[]): string[] {
  return calls.flatMap((call) => {
    const [, command = ''] = /^aws (\w+ (?:wait )?[\w-]+)/.exec(call) ?? [];
    const known = OPTIONS[command];
    if (known === undefined) return [call];
    const given = [...call.matchAll(/ --([\w-]+)/g)].map(([, option = '']) => option);
    return given
      .filter((option) => ![...known, ...EVERYWHERE].includes(option))
      .map((o) => `${command}: ${o}`);
  });
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'examples-'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a program on the PATH that notes how it is called and then runs these lines of bash. */
function standIn(name: string, lines: string): void {
  const text = `#!/bin/bash\nprintf '%s\\n' "${name} $*" >>"${folder}/calls"\n${lines}\n`;
  writeFileSync(join(folder, 'bin', name), text, { mode: 0o755 });
}

/** Runs a script of the examples with the stand-ins first on the PATH. */
function run(path: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stderr } = spawnSync('bash', [absolutePath(path), ...args], {
    cwd: repository,
    encoding: 'utf8',
    env: { PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`, ...env },
  });
  const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
  return { status, stderr, calls };
}

/** The AWS CLI at an account where all that the scripts create is missing, or is there. */
function awsCli(account: 'empty' | 'complete'): void {
  const missing = 'echo "An error occurred (NotFoundException)" >&2; exit 254';
  const inUse = 'echo "An error occurred (ResourceInUseException)" >&2; exit 254';
  const created = account === 'empty' ? '' : inUse;
  standIn(
    'aws',
    `case "$*" in
  *'--query Role.Arn'*) echo arn:aws:iam::111122223333:role/arc-runner-ecr ;;
  *associationId*) echo ${account === 'empty' ? 'None' : 'a-0123456789abcdef0'} ;;
  *' describe-'* | 'iam get-role '*) ${account === 'empty' ? missing : ':'} ;;
  *' create-'*) ${created || ':'} ;;
esac`,
  );
}

const commandsOf = (calls: readonly string[], verb: string) =>
  calls.filter((call) => call.split(' ')[2]?.startsWith(verb));

describe('AWS CLI', () => {
  const runs = ['create-on-push', 'create-pod-identity', 'create-storage', 'vpc-endpoints'].map((name) => ({
    path: `examples/aws-cli/${name}.sh`,
    args: [] as string[],
  }));
  runs.push(
    ...['repository-policy', 'target-role'].map((way) => ({
      path: 'examples/aws-cli/cross-account.sh',
      args: [way],
    })),
  );

  test('every script is run here', () => {
    const scripts = SCRIPTS.filter((path) => path.startsWith('examples/aws-cli/'));
    expect([...new Set(runs.map(({ path }) => path))].sort()).toEqual(scripts);
  });

  test.each(runs)('an empty account: $path $args', ({ path, args }) => {
    awsCli('empty');
    const { status, calls } = run(path, args);
    expect(status).toBe(0);
    expect(unknownToTheCli(calls)).toEqual([]);
  });

  test('create-pod-identity.sh makes repository, agent, role and an association for each service account', () => {
    awsCli('empty');
    const { calls } = run('examples/aws-cli/create-pod-identity.sh', []);
    expect(commandsOf(calls, 'create-').map((call) => call.split(' ')[2])).toEqual([
      'create-repository',
      'create-addon',
      'create-role',
      'create-pod-identity-association',
      'create-pod-identity-association',
    ]);
    const accounts = commandsOf(calls, 'create-pod').map((call) => /--service-account (\S+)/.exec(call)?.[1]);
    expect(accounts).toEqual(['arc-runner', 'arc-job']);
  });

  test('create-pod-identity.sh goes on where all of it exists, and gives the associations the role', () => {
    awsCli('complete');
    const { status, calls } = run('examples/aws-cli/create-pod-identity.sh', []);
    expect(status).toBe(0);
    expect(commandsOf(calls, 'create-')).toEqual([]);
    expect(commandsOf(calls, 'update-')).toHaveLength(2);
  });

  test('cross-account.sh changes the association that the service account has', () => {
    awsCli('complete');
    const { status, calls } = run('examples/aws-cli/cross-account.sh', ['target-role']);
    expect(status).toBe(0);
    expect(commandsOf(calls, 'create-')).toEqual([]);
    expect(commandsOf(calls, 'update-').join()).toContain('--association-id a-0123456789abcdef0');
  });

  test('a command and an option that do not exist are found', () => {
    const problems = unknownToTheCli(['aws eks make-addon', 'aws iam get-role --role x']);
    expect(problems).toEqual(['aws eks make-addon', 'iam get-role: role']);
  });
});

describe('arc/install.sh', () => {
  const env = {
    GITHUB_APP_ID: '123456',
    GITHUB_APP_INSTALLATION_ID: '12345678',
    GITHUB_APP_PRIVATE_KEY_FILE: 'app.pem',
  };
  const modes = repositoryFiles('examples/arc', '.yaml')
    .map((path) => /values-(.+)\.yaml$/.exec(path)?.[1])
    .filter((mode) => mode !== undefined);

  beforeEach(() => {
    standIn('helm', '');
    standIn('kubectl', `if [[ $* == *'--filename -' ]]; then cat >/dev/null; fi`);
  });

  test.each(modes)('%s: controller, secret and what the mode needs come before the scale set', (mode) => {
    const { status, calls } = run('examples/arc/install.sh', [mode], env);
    expect(status).toBe(0);
    const charts = calls.filter((call) => call.startsWith('helm ')).map((call) => call.split('/').at(-1));
    expect(charts).toEqual(['gha-runner-scale-set-controller', 'gha-runner-scale-set']);
    expect(new Set(calls.join().match(/--version \S+/g)).size).toBe(1);
    expect(calls.at(-1)).toContain(`helm upgrade --install arc-${mode} --namespace arc-runners`);
    expect(calls.at(-1)).toContain(`--values examples/arc/values-${mode}.yaml`);
    expect(calls.join()).toContain('create secret generic arc-github-app --namespace arc-runners');
    const needsTemplate = repositoryText(`examples/arc/values-${mode}.yaml`).includes('arc-job-pod');
    expect(calls.join().includes('examples/arc/job-pod.yaml')).toBe(needsTemplate);
    const needsStorage = repositoryText(`examples/arc/values-${mode}.yaml`).includes('storageClassName');
    expect(calls.join().includes('examples/arc/storage-class.yaml')).toBe(needsStorage);
  });

  test.each([
    ['a mode', [], env, 'usage: install.sh dind | dind-job-hook | kubernetes | novolume | no-docker'],
    ['the GitHub App', ['dind'], {}, 'GITHUB_APP_ID'],
  ])('without %s it says so and does nothing', (_, args, given, message) => {
    writeFileSync(join(folder, 'calls'), '');
    const { status, calls, stderr } = run('examples/arc/install.sh', args, given);
    expect([status, calls]).toEqual([1, ['']]);
    expect(stderr).toContain(message);
  });
});
