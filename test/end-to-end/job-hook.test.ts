import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { callsOf, THROTTLED } from '../harness/aws-services.ts';
import { builtAction } from '../harness/paths.ts';
import { testReal } from '../harness/real-parts.ts';
import { ecrHost, FAST, fastClock, useWorld, world } from '../harness/use-world.ts';
import type { StepChoice } from '../harness/world.ts';

const test = testReal('docker');
useWorld();

const started = (moreEnv = {}, choice: StepChoice = {}) =>
  world.hook('job-started', { ...choice, env: world.podIdentityEnv(), moreEnv });
const completed = (choice: StepChoice = {}) => world.hook('job-completed', choice);

const stateFolder = () => join(world.home, '.ecr-pod-identity-login');

/** What is in the folders of this user's runners. */
const saved = () => (fs.existsSync(stateFolder()) ? fs.readdirSync(stateFolder()) : []);
const calls = () => [...world.agent.requests, ...world.aws.requests];

/** A copy of the built action with other code in one file. */
function distWith(file: string, code: string): string {
  const dist = join(world.directory, 'dist');
  fs.cpSync(builtAction, dist, { recursive: true });
  fs.writeFileSync(join(dist, file), code);
  return dist;
}

function writeScript(file: string, line: string): void {
  fs.writeFileSync(file, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}

test('their settings include a proxy, and ECR Public', async () => {
  const hook = await started({
    ECR_LOGIN_HTTP_PROXY: await world.startProxy(),
    ECR_LOGIN_REGISTRY_TYPE: 'public',
  });

  expect(hook.toolRuns[0]?.argv.at(-1)).toBe('public.ecr.aws');
  expect(world.proxy.requests.length).toBeGreaterThan(0);
});

describe('the job hooks', () => {
  test('log the runner in before any step, and out after the last, job after job', async () => {
    for (const job of [1, 2]) {
      expect([job, await world.runnerMayPull()]).toEqual([job, false]);

      const hook = await started();
      expect([hook.exitCode, hook.warnings]).toEqual([0, []]);
      expect([hook.outputs, hook.state, hook.exportedEnv]).toEqual([{}, {}, {}]);
      expect(hook.masks).toContain(world.aws.issued.at(-1)?.password);
      expect([job, await world.runnerMayPull()]).toEqual([job, true]);

      const end = await completed();
      expect([end.exitCode, end.warnings]).toEqual([0, []]);
      expect([world.dockerLogins(), saved()]).toEqual([{}, []]);
    }
  });

  test('keep their state outside of the work folder, for this user alone and without secrets', async () => {
    await started();

    const [runner = ''] = saved();
    const folder = join(stateFolder(), runner);
    expect(runner).toContain('runner-abcde');
    expect(fs.statSync(folder).mode & 0o077).toBe(0);

    const files = fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    const content = files.map(({ name }) => fs.readFileSync(join(folder, name), 'utf8')).join('\n');
    expect(content).toContain(await world.registryHost());
    expect(content).not.toContain(world.aws.issued[0]?.password);
  });

  test('leave alone a runner of the same name with another RUNNER_TEMP', async () => {
    const runnerTemp = join(world.directory, 'other-runner');
    fs.mkdirSync(runnerTemp);
    await started();

    const DOCKER_CONFIG = join(world.directory, 'other-docker');
    const other = await started({ DOCKER_CONFIG }, { runnerTemp });
    expect(other.toolRuns.map(({ argv }) => argv[0])).toEqual(['login']);
    expect(saved()).toHaveLength(2);

    await completed({ env: { DOCKER_CONFIG }, runnerTemp });
    expect([await world.runnerMayPull(), saved().length]).toEqual([true, 1]);
  });

  test('read neither inputs nor state of the environment, which a job can set', async () => {
    const planted = {
      INPUT_REGISTRIES: 'nonsense',
      'INPUT_AWS-REGION': 'nonsense',
      STATE_login: '{"logins":[0],"variables":{}}',
      STATE_plan: '[["docker"],["ghcr.io"]]',
    };
    const auths = { 'ghcr.io': { auth: 'eDp5' } };
    world.writeDockerConfig({ auths });

    const hook = await started(planted);
    expect([hook.warnings, await world.runnerMayPull()]).toEqual([[], true]);

    const end = await completed({ env: planted });
    expect([end.warnings, world.dockerLogins()]).toEqual([[], auths]);
  });

  test('do not run what the job has put in front of PATH', async () => {
    await started();

    const evil = join(world.directory, 'evil');
    const proof = join(world.directory, 'proof');
    fs.mkdirSync(evil);

    const programs = [
      'docker',
      'node',
      'env',
      'readlink',
      'ps',
      'rm',
      'mkfifo',
      'mkdir',
      'dirname',
      'cat',
      'bash',
    ];
    for (const name of programs) {
      writeScript(join(evil, name), `echo ${name} >> ${proof}`);
    }

    const end = await completed({ after: [{ paths: [evil], exportedEnv: {} }] });
    expect([end.exitCode, end.warnings, world.dockerLogins()]).toEqual([0, [], {}]);

    const ran = fs.existsSync(proof) ? fs.readFileSync(proof, 'utf8') : '';
    expect(ran).toBe('');
  });

  test('work with a step that logs in with other credentials', async () => {
    await started();
    const main = await world.main({ env: world.keysEnv() });
    expect(await world.runnerMayPull()).toBe(true);

    const post = await world.post(main);
    const end = await completed({ after: [main] });

    expect([post.exitCode, end.exitCode, end.warnings]).toEqual([0, 0, []]);
    expect(world.dockerLogins()).toEqual({});
  });

  test('do nothing in a Kubernetes mode, and say so in one line', async () => {
    const hook = await started({ ACTIONS_RUNNER_CONTAINER_HOOKS: '/home/runner/k8s/index.js' });

    expect([hook.exitCode, saved(), calls()]).toEqual([0, [], []]);
    expect(hook.stdout).toMatch(/^.*\n$/);
    expect((await completed()).exitCode).toBe(0);
  });
});

describe('settings, with the real names of registries,', () => {
  useWorld({ realNames: true });

  testReal('docker', 'openssl')('are variables named after the inputs', async () => {
    const settings = {
      ECR_LOGIN_REGISTRIES: '111111111111,222222222222',
      ECR_LOGIN_AWS_REGION: 'us-east-1',
      ECR_LOGIN_CONTAINER_CLI: 'docker,helm',
      ECR_LOGIN_CREDENTIAL_SOURCE: 'container',
      ECR_LOGIN_ALLOWED_ACCOUNT_IDS: world.accountId,
      ECR_LOGIN_MAX_ATTEMPTS: '2',
    };
    const tools = { docker: 'real', helm: { exitCode: 0 } } as const;

    const hook = await started(settings, { tools });
    expect(hook.warnings).toEqual([]);
    expect(world.loggedIn()).toEqual([
      ecrHost('111111111111', 'us-east-1'),
      ecrHost('222222222222', 'us-east-1'),
    ]);
    expect(hook.toolRuns.filter(({ tool }) => tool === 'helm')).toHaveLength(2);

    // The last job had no end: this hook first logs out of it, and then makes no login.
    const refused = await started({ ECR_LOGIN_ALLOWED_ACCOUNT_IDS: '999988887777' }, { tools });
    expect(refused.warnings.join()).toContain('999988887777');
    expect([refused.exitCode, world.dockerLogins()]).toEqual([0, {}]);
  });
});

describe('settings', () => {
  test('ECR_LOGIN_SKIP_LOGOUT leaves the runner logged in', async () => {
    await started({ ECR_LOGIN_SKIP_LOGOUT: 'true' });
    await completed();

    expect([await world.runnerMayPull(), saved()]).toEqual([true, []]);
  });

  test.each([
    ['ECR_LOGIN_ISOLATE_DOCKER_CONFIG', 'true'],
    ['ECR_LOGIN_ON_FAILURE', 'ignore'],
    ['ECR_LOGIN_REGISTRIES', 'ghcr.io'],
    ['ECR_LOGIN_AWS_REGION', ''],
  ])('%s=%s is named in a warning, and nothing is called', async (name, value) => {
    const noRegion = { AWS_REGION: '', AWS_DEFAULT_REGION: '' };
    const hook = await started({ ...noRegion, [name]: value });

    expect([hook.exitCode, hook.warnings.length, hook.toolRuns, calls()]).toEqual([0, 1, [], []]);
    expect(hook.warnings[0]).toContain(`ariable ${name}`);
  });
});

describe('a failure of the job-started hook', () => {
  test.each([
    ['', 0],
    [' Fail ', 1],
  ])(
    'with ECR_LOGIN_ON_FAILURE=%j: exit code %i, and the whole explanation',
    async (value, exitCode) => {
      world.agent.associations.clear();
      const hook = await started({ ...FAST, ECR_LOGIN_ON_FAILURE: value });

      const words = [expect.stringContaining('aws eks create-pod-identity-association')];
      const [warnings, errors] = exitCode === 0 ? [words, []] : [[], words];
      expect(hook).toMatchObject({ exitCode, warnings, errors });

      expect((await completed()).exitCode).toBe(0);
    },
  );

  test.each([
    ['throws what nothing catches', `setTimeout(() => { throw new Error('x'); }, 1)`],
    ['cannot be loaded', 'import'],
    ['is killed', `process.kill(process.pid, 'SIGKILL')`],
  ])('is never one of the job, whatever the bundle does: it %s', async (_, code) => {
    const dist = distWith('index.js', code);
    const hook = await started({}, { dist });
    expect([hook.exitCode, hook.errors, hook.warnings.length > 0]).toEqual([0, [], true]);

    const strict = await started({ ECR_LOGIN_ON_FAILURE: 'fail' }, { dist });
    expect(strict.exitCode).toBe(1);
  });

  test('comes within its minute, and says what it was failing at', async () => {
    world.agent.faults.always('hang');
    const hook = await started({ ...FAST, ECR_LOGIN_MAX_ATTEMPTS: '20' });
    const words = expect.stringMatching(/^EKS Pod Identity .*no response within 12 s/);

    expect([hook.exitCode, hook.warnings]).toEqual([0, [words]]);
  });

  test('does not come from ECR, if it throttles once after an agent that was late', async () => {
    world.agent.faults.once('hang');
    world.aws.faults.once(THROTTLED);

    const hook = await started(fastClock(3));
    expect(hook.warnings).toEqual([]);
    expect(await world.runnerMayPull()).toBe(true);
  });

  test('leaves time to the registries and regions that respond', async () => {
    const one = ecrHost(world.accountId, 'eu-west-1');
    const two = ecrHost(world.accountId, 'eu-west-2');
    const three = ecrHost(world.accountId, 'eu-west-3');
    world.aws.faults.always('hang', callsOf('ecr', 'eu-west-3'));
    const docker = [{ on: one, hangs: true }, { exitCode: 0 }];

    const env = { ...fastClock(5), ECR_LOGIN_REGISTRIES: [one, three, two].join() };
    const hook = await started(env, { tools: { docker } });

    expect(hook.toolRuns.map(({ argv }) => argv.at(-1))).toEqual([one, two]);
    for (const words of [one, 'eu-west-3']) expect(hook.warnings.join()).toContain(words);
    expect(hook.warnings.join()).not.toMatch(/\d\.\d\d+ s/);
  });

  test('is reported if the action does not end by its time limit, and ends it', async () => {
    await started();

    const dist = distWith('post/index.js', 'setInterval(() => {}, 1_000)');
    const hookStarter = ['/bin/bash', '-c', 'exec /bin/bash -e "$0" 1'];
    const hook = await completed({ dist, hookStarter });
    expect(hook.exitCode).toBe(0);
    expect(hook.warnings).toEqual([expect.stringContaining('did not end within 1 s')]);

    expect((await completed()).exitCode).toBe(0);
    expect(await world.runnerMayPull()).toBe(false);
  });

  test.each([
    ['an older node', 'echo v20.19.0', false],
    ['node 24', `exec ${process.execPath} "$@"`, true],
  ])('for a runner without its own node, with %s on PATH', async (_, script, isUsed) => {
    const folder = join(world.directory, 'node-on-path');
    fs.mkdirSync(folder);
    writeScript(join(folder, 'node'), script);

    const after = [{ paths: [folder], exportedEnv: {} }];
    const hook = await started({ ECR_LOGIN_NODE: '' }, { after });

    const warnings = isUsed ? [] : [expect.stringContaining('no node 24')];
    expect(hook).toMatchObject({ exitCode: 0, warnings });
    expect(await world.runnerMayPull()).toBe(isUsed);
  });

  test.each([
    ['is not there', ''],
    ['is older', 'echo v20.19.0'],
    ['is of another machine', 'exit 126'],
    ['hangs', 'exec /bin/sleep 70'],
  ])('for a node that %s is one line', async (_, script) => {
    const node = join(world.directory, 'other-node');
    if (script !== '') writeScript(node, script);

    const hook = await started({ ECR_LOGIN_NODE: node });
    expect([hook.exitCode, hook.warnings]).toEqual([0, [expect.stringContaining('node 24')]]);

    const strict = await started({ ECR_LOGIN_NODE: node, ECR_LOGIN_ON_FAILURE: 'fail' });
    expect(strict.exitCode).toBe(1);
  });

  test('for a state that cannot be kept names the folder', async () => {
    fs.symlinkSync('/dev/null', stateFolder());
    const hook = await started();

    expect(hook.exitCode).toBe(0);
    expect(hook.warnings.join()).toContain(stateFolder());
  });

  test('as it is canceled leaves no login behind', async () => {
    world.aws.faults.always('hang');
    const interrupt = { signal: 'SIGTERM', when: world.aws.seen() } as const;

    const hook = await started({}, { interrupt });
    expect(hook.exitCode).toBe(0);

    await completed();
    expect([world.dockerLogins(), saved()]).toEqual([{}, []]);
  });
});

test.each(['node', 'path', 'state'])(
  'a pipe in place of the file %s of the state is not read',
  async (name) => {
    await started();
    const file = join(stateFolder(), saved()[0] ?? '', name);
    fs.rmSync(file);
    execFileSync('mkfifo', [file]);

    const hook = await completed();
    expect(hook.warnings).toEqual([expect.stringContaining(`${name} cannot be read`)]);
    expect(hook.exitCode).toBe(0);
  },
);

describe('a job-completed hook that cannot log out', () => {
  test.each([
    ['warn', 0],
    ['fail', 1],
  ])('with ECR_LOGIN_ON_FAILURE=%s: exit code %i', async (value, exitCode) => {
    const docker = [{ on: 'login' }, { stderr: 'Error: the store is locked', exitCode: 1 }];
    await started({}, { tools: { docker } });
    const end = await completed({ env: { ECR_LOGIN_ON_FAILURE: value } });

    const shown = exitCode === 0 ? end.warnings : end.errors;
    expect(end.exitCode).toBe(exitCode);
    expect(shown.join()).toContain(await world.registryHost());
  });

  test('as the node is gone warns, and the next job-started hook logs out', async () => {
    const node = join(world.directory, 'node-of-the-runner');
    fs.symlinkSync(process.execPath, node);

    await started({ ECR_LOGIN_NODE: node });
    fs.rmSync(node);

    const end = await completed();
    expect([end.exitCode, end.warnings.length, await world.runnerMayPull()]).toEqual([0, 1, true]);

    const next = await started({ ECR_LOGIN_SKIP_LOGOUT: 'true' });
    expect(next.log).toMatch(/logging out/i);
  });
});

test('the node is the one of the runner that starts the hook', async () => {
  const runner = join(world.directory, 'runner');
  for (const folder of ['bin', 'externals/node24/bin']) {
    fs.mkdirSync(join(runner, folder), { recursive: true });
  }

  // The parent of the hook's bash is bin/Runner.Worker; here it is a bash of that name, which does
  // not become the hook.
  const worker = join(runner, 'bin', 'Runner.Worker');
  fs.writeFileSync(worker, fs.readFileSync('/bin/bash'), { mode: 0o755 });

  const proof = join(world.directory, 'proof');
  const node = join(runner, 'externals', 'node24', 'bin', 'node');
  writeScript(node, `echo used > ${proof}; exec ${process.execPath} "$@"`);

  const hookStarter = [worker, '-c', '/bin/bash -e "$0"; exit $?'];
  const hook = await started({ ECR_LOGIN_NODE: '' }, { hookStarter });

  expect([hook.exitCode, hook.warnings, fs.existsSync(proof)]).toEqual([0, [], true]);
});
