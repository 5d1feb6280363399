import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { hang } from '../harness/faults.ts';
import { runInNamespace } from '../harness/namespace.ts';
import { nodeBinary, repository } from '../harness/paths.ts';
import { describeReal, NAMESPACE_PARTS, testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { useWorld } from '../harness/use-world.ts';
import { FAST, fastClock } from '../harness/usual.ts';
import type { JobHook } from './scenarios/job-hook.ts';

const test = testReal('docker');
const world = useWorld();

const stateFolder = (runnerTemp = world.runnerTemp): string => {
  const runner = `runner-abcde-${runnerTemp}`.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return join(world.home, '.ecr-pod-identity-login', `runner-${runner}`);
};

function started(env: Record<string, string> = {}): Promise<StepResult> {
  return world.hook('job-started', { env: { ...world.podIdentityEnv(), ...env } });
}

function completed(choice: Parameters<typeof world.hook>[1] = {}): Promise<StepResult> {
  return world.hook('job-completed', choice);
}

describe('the job-started hook', () => {
  test('logs the runner in before any step, and the job-completed hook logs it out', async () => {
    expect(await world.runnerMayPull()).toBe(false);
    const hook = await started();
    expect(hook).toMatchObject({
      exitCode: 0,
      warnings: [],
      errors: [],
      outputs: {},
      state: {},
      exportedEnv: {},
    });
    expect(hook.masks).toContain(world.aws.issued[0]?.password);
    expect(await world.runnerMayPull()).toBe(true);
    const end = await completed();
    expect([end.exitCode, end.warnings, world.dockerLogins(), existsSync(stateFolder())]).toEqual([
      0,
      [],
      {},
      false,
    ]);
  });

  test('keeps its state outside of the work folder, for this user alone and without secrets', async () => {
    await started();
    const file = join(stateFolder(), 'state.json');
    expect([statSync(stateFolder()).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(readFileSync(file, 'utf8')).toContain(await world.registryHost());
  });

  test('is the same for two jobs, one after another', async () => {
    for (const job of [1, 2]) {
      await started();
      expect([job, await world.runnerMayPull()]).toEqual([job, true]);
      await completed();
      expect([job, await world.runnerMayPull()]).toEqual([job, false]);
    }
  });

  test('logs out of a job that had no end', async () => {
    await started();
    const other = '999988887777.dkr.ecr.eu-west-1.amazonaws.com';
    const file = join(stateFolder(), 'state.json');
    const state = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    const login = { ...JSON.parse(state['login_1'] ?? ''), registry: other };
    writeFileSync(file, JSON.stringify({ ...state, logins: '2', login_2: JSON.stringify(login) }));
    const hook = await started();
    expect(hook.log).toContain(`Logging out of registry ${other}`);
    expect(await world.runnerMayPull()).toBe(true);
  });

  test.each([
    ['has no state', ''],
    ['had another PATH', JSON.stringify({ path: '/no/such/folder' })],
  ])('finds the container client after a job that had no end and %s', async (_, state) => {
    mkdirSync(stateFolder(), { recursive: true });
    if (state !== '') writeFileSync(join(stateFolder(), 'state.json'), state);
    const hook = await started();
    expect([hook.warnings, await world.runnerMayPull()]).toEqual([[], true]);
  });

  test('leaves alone a runner of the same name in another folder', async () => {
    const runnerTemp = join(world.directory, 'other-runner');
    mkdirSync(runnerTemp);
    await started();
    const env = { ...world.podIdentityEnv(), DOCKER_CONFIG: join(world.directory, 'other-docker') };
    const other = await world.hook('job-started', { env, runnerTemp });
    expect(other.log).not.toContain('Logging out');
    expect([
      await world.runnerMayPull(),
      existsSync(stateFolder()),
      existsSync(stateFolder(runnerTemp)),
    ]).toEqual([true, true, true]);
    await completed({ env: { DOCKER_CONFIG: env.DOCKER_CONFIG }, runnerTemp });
    expect([await world.runnerMayPull(), existsSync(stateFolder(runnerTemp))]).toEqual([true, false]);
  });

  test('takes its settings from variables that are named after the inputs', async () => {
    const [a, b] = ['111111111111', '222222222222'];
    const tools = { docker: { keepsLogins: true }, podman: { exitCode: 0 } };
    const settings = {
      ECR_LOGIN_REGISTRIES: `${a},${b}`,
      ECR_LOGIN_AWS_REGION: 'us-east-1',
      ECR_LOGIN_CONTAINER_CLI: 'docker,podman',
      ECR_LOGIN_CREDENTIAL_SOURCE: 'container',
      ECR_LOGIN_MAX_ATTEMPTS: '2',
    };
    const env = { ...world.podIdentityEnv(), ...settings };
    const hook = await world.hook('job-started', { env, tools });
    const hosts = await Promise.all([a, b].map((account) => world.registryHost(account, 'us-east-1')));
    expect([hook.warnings, Object.keys(world.dockerLogins())]).toEqual([[], hosts]);
    expect(hook.toolRuns.filter(({ tool }) => tool === 'podman')).toHaveLength(2);
  });

  test('makes no login with credentials of an account that is not allowed', async () => {
    const hook = await started({ ECR_LOGIN_ALLOWED_ACCOUNT_IDS: '999988887777' });
    expect(hook.warnings.join()).toContain('No login was made');
    expect([hook.toolRuns, world.dockerLogins()]).toEqual([[], {}]);
  });

  test('with ECR_LOGIN_SKIP_LOGOUT leaves the runner logged in', async () => {
    await started({ ECR_LOGIN_SKIP_LOGOUT: 'true' });
    await completed();
    expect([await world.runnerMayPull(), existsSync(stateFolder())]).toEqual([true, false]);
  });

  test('reads neither inputs nor state of the environment', async () => {
    const hook = await started({ INPUT_REGISTRIES: 'nonsense', STATE_logins: '7', STATE_isolation: '{}' });
    expect(hook.warnings).toEqual([]);
    expect((await completed({ env: { STATE_logins: '7', INPUT_REGISTRIES: 'x' } })).warnings).toEqual([]);
  });
});

describe('a failure of the job-started hook', () => {
  test('is a warning with the whole explanation, and the job goes on', async () => {
    world.agent.associations.clear();
    const hook = await started();
    expect([hook.exitCode, hook.errors]).toEqual([0, []]);
    expect(hook.warnings.join()).toContain('aws eks create-pod-identity-association');
    expect(hook.log).toContain('Checks, in order:');
    expect((await completed()).exitCode).toBe(0);
  });

  test('fails the job where the runner asks for that', async () => {
    world.agent.associations.clear();
    const hook = await started({ ECR_LOGIN_ON_FAILURE: 'fail' });
    expect([hook.exitCode, hook.warnings]).toEqual([1, []]);
    expect(hook.errors.join()).toContain('aws eks create-pod-identity-association');
  });

  test.each([
    ['ECR_LOGIN_REGISTRY', 'x', 'Variable ECR_LOGIN_REGISTRY: unknown setting of the job hook'],
    [
      'ECR_LOGIN_ISOLATE_DOCKER_CONFIG',
      'true',
      'not supported by the job hook: the runner pulls images with',
    ],
    ['ECR_LOGIN_ON_FAILURE', 'ignore', "invalid value 'ignore'. Allowed: 'warn', 'fail'"],
    ['ECR_LOGIN_REGISTRIES', 'ghcr.io', "Variable ECR_LOGIN_REGISTRIES: 'ghcr.io' is"],
  ])('names %s, and calls nothing', async (name, value, message) => {
    const hook = await started({ [name]: value });
    expect(hook.warnings.join('\n')).toContain(message);
    expect([...world.agent.requests, ...world.aws.requests, ...hook.toolRuns]).toEqual([]);
  });

  test('ends within its minute, and says what it was failing at', async () => {
    world.aws.faults.always(hang());
    const hook = await started({ ...FAST, ECR_LOGIN_MAX_ATTEMPTS: '8' });
    const [warning = ''] = hook.warnings;
    expect(warning).toContain(
      'Timed out after 1 minute.\nNo authorization token from Amazon ECR in eu-west-1',
    );
    expect(warning).toContain('What to do: ');
  });

  test('where there is no node 24 is one line', async () => {
    const hook = await started({ ECR_LOGIN_NODE: '/no/such/node' });
    expect(hook.warnings).toEqual([
      'ECR login: ECR_LOGIN_NODE names /no/such/node, which is not node 24 or later.',
    ]);
    expect(hook.exitCode).toBe(0);
  });

  test.each([
    ['a folder', '', ''],
    ['an older node', 'node', 'echo v20.19.0'],
    ['a program of another machine', 'node', 'exit 126'],
  ])('where ECR_LOGIN_NODE names %s is that line as well, not a failed job', async (_, name, text) => {
    const path = join(world.directory, 'other-node', name);
    mkdirSync(join(world.directory, 'other-node'));
    if (name !== '') writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const hook = await started({ ECR_LOGIN_NODE: path });
    expect([hook.exitCode, hook.warnings.join()]).toEqual([
      0,
      expect.stringContaining('not node 24 or later'),
    ]);
  });

  test.each(['fail', ' Fail '])('where there is no node 24 fails the job with %j', async (value) => {
    const hook = await started({ ECR_LOGIN_NODE: '/no/such/node', ECR_LOGIN_ON_FAILURE: value });
    expect([hook.exitCode, hook.errors.length]).toEqual([1, 1]);
  });

  // A silent name server holds a thread of node as a pipe without a writer does.
  test('warns only, also if a thread of node is held when the time is over', async () => {
    mkdirSync(join(world.home, '.aws'), { recursive: true });
    execFileSync('mkfifo', [join(world.home, '.aws', 'config')]);
    const hook = await started(fastClock(100));
    expect(hook.warnings).toEqual(['Timed out after 1 minute.']);
    expect([hook.exitCode, hook.signal]).toEqual([0, null]);
  });
});

test('a hook that is cancelled leaves no login behind', async () => {
  world.aws.faults.always(hang());
  const env = world.podIdentityEnv();
  const requested = world.aws.seen();
  const hook = await world.hook('job-started', { env, interrupts: [{ signal: 'SIGINT', when: requested }] });
  expect(hook.warnings).toEqual(['The step was cancelled (SIGINT).']);
  world.aws.faults.clear();
  await completed();
  expect([world.dockerLogins(), existsSync(stateFolder())]).toEqual([{}, false]);
});

test('a step that logs in with other credentials works as if there were no hook', async () => {
  await started();
  const main = await world.main({ env: world.keysEnv() });
  expect(main.log).toContain('Using credentials from the environment');
  expect(await world.runnerMayPull()).toBe(true);
  const post = await world.post(main);
  const end = await completed({ after: [main] });
  expect([post.exitCode, end.exitCode, end.warnings, world.dockerLogins()]).toEqual([0, 0, [], {}]);
});

test('what the job puts in front of PATH does not run in the job-completed hook', async () => {
  await started();
  const evil = join(world.directory, 'evil');
  mkdirSync(evil);
  const proof = join(world.directory, 'proof');
  for (const name of ['docker', 'node', 'readlink', 'ps', 'env', 'dirname', 'bash']) {
    writeFileSync(join(evil, name), `#!/bin/sh\necho ${name} >> ${proof}\n`);
    chmodSync(join(evil, name), 0o755);
  }
  const step = { paths: [evil], exportedEnv: {} } as unknown as StepResult;
  const end = await completed({ after: [step] });
  expect([end.exitCode, end.warnings, world.dockerLogins(), existsSync(proof)]).toEqual([0, [], {}, false]);
});

test('a job-completed hook whose node is gone warns, and the next job-started hook logs out', async () => {
  await started();
  writeFileSync(join(stateFolder(), 'node'), '');
  const end = await completed();
  expect([end.exitCode, end.warnings.join()]).toEqual([
    0,
    expect.stringContaining('node of the job-started'),
  ]);
  expect((await started()).log).toContain('Logging out of registry');
});

test.each([
  ['warn', 0],
  ['fail', 1],
])('a job-completed hook that cannot log out, with ECR_LOGIN_ON_FAILURE=%s', async (value, exitCode) => {
  const tools = { docker: { keepsLogins: true } };
  await world.hook('job-started', { env: world.podIdentityEnv(), tools });
  // A login that no client can take away: the file is a folder.
  const file = join(world.home, '.docker', 'config.json');
  rmSync(file);
  mkdirSync(join(file, 'sub'), { recursive: true });
  const end = await completed({ env: { ECR_LOGIN_ON_FAILURE: value } });
  const message = `docker could not log out of registry ${await world.registryHost()}`;
  const shown = exitCode === 0 ? end.warnings : end.errors;
  expect([end.exitCode, shown.join()]).toEqual([exitCode, expect.stringContaining(message)]);
});

test('the node is the one of the runner that starts the hook', async () => {
  const runner = join(world.directory, 'runner');
  for (const folder of ['bin', 'externals/node24/bin']) mkdirSync(join(runner, folder), { recursive: true });
  // The parent of the hook's bash is bin/Runner.Worker; here it is a bash of that name, which does not become the hook.
  const worker = join(runner, 'bin', 'Runner.Worker');
  writeFileSync(worker, readFileSync('/bin/bash'), { mode: 0o755 });
  const proof = join(world.directory, 'proof');
  const node = join(runner, 'externals', 'node24', 'bin', 'node');
  writeFileSync(node, `#!/bin/sh\necho used > ${proof}\nexec ${nodeBinary} "$@"\n`, { mode: 0o755 });
  const hook = await world.hook('job-started', {
    env: { ...world.podIdentityEnv(), ECR_LOGIN_NODE: '' },
    hookStarter: [worker, '-c', '/bin/bash -e "$0"; exit $?'],
  });
  expect([hook.exitCode, hook.warnings, existsSync(proof)]).toEqual([0, [], true]);
});

test('in a Kubernetes mode of the runner the hooks say so and do nothing', async () => {
  const hook = await started({ ACTIONS_RUNNER_CONTAINER_HOOKS: '/home/runner/k8s/index.js' });
  expect(hook.stdout).toMatch(/^ECR login: nothing to do in a Kubernetes mode .*\n$/);
  expect([hook.exitCode, existsSync(stateFolder()), world.agent.requests]).toEqual([0, false, []]);
});

test('a state directory that cannot be created is named', async () => {
  symlinkSync('/dev/null', join(world.home, '.ecr-pod-identity-login'));
  const hook = await started();
  expect(hook.warnings.join()).toContain(`The job hook cannot keep its state in ${stateFolder()}`);
});

describeReal('with a real registry', [...NAMESPACE_PARTS, 'docker-registry', 'htpasswd', 'skopeo'], () => {
  test('a real client pulls a private image with the login of the hook, and with no other', async () => {
    const scenario = join(repository, 'test', 'end-to-end', 'scenarios', 'job-hook.ts');
    const realRegistries = ['123456789012.dkr.ecr.eu-west-1.amazonaws.com'];
    const seen = await runInNamespace<JobHook>(scenario, { realRegistries });
    expect(seen).toMatchObject({ hooks: [0, 0], warnings: [], afterHook: '' });
    for (const refused of [seen.beforeHook, seen.afterJob])
      expect(refused).toMatch(/authentication required/);
  }, 60_000);
});
