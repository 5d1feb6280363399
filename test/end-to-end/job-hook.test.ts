import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { callsOf, THROTTLED } from '../harness/aws-services.ts';
import { builtAction } from '../harness/paths.ts';
import { testReal } from '../harness/real-parts.ts';
import {
  ecrHost,
  FAST,
  fastClock,
  OTHER_LOGINS,
  QUIET_SUCCESS,
  useWorld,
  world,
} from '../harness/use-world.ts';
import type { StepChoice } from '../harness/world.ts';

const test = testReal('docker');

const runStarted = (moreEnv = {}, choice: StepChoice = {}) =>
  world.hook('job-started', { ...choice, env: world.podIdentityEnv(), moreEnv });

const runCompleted = (choice: StepChoice = {}) => world.hook('job-completed', choice);

const stateFolder = () => join(world.home, '.ecr-pod-identity-login');

/** The names of the folders in which hooks have saved their state: one for each runner. */
const savedStates = () => (fs.existsSync(stateFolder()) ? fs.readdirSync(stateFolder()) : []);

const callsToAws = () => [...world.agent.requests, ...world.aws.requests];

function expectNothingLeft() {
  expect(world.dockerLogins()).toEqual({});
  expect(savedStates()).toEqual([]);
}

/** Copies the built action, and replaces the code of one file. Returns the folder of the copy. */
function distWith(file: string, code: string) {
  const dist = join(world.directory, 'dist');
  fs.cpSync(builtAction, dist, { recursive: true });
  fs.writeFileSync(join(dist, file), code);

  return dist;
}

/** Writes a program, which is one line of shell. Returns its path. */
function writeProgram(line: string, ...path: string[]) {
  const file = join(world.directory, ...path);
  fs.mkdirSync(join(file, '..'), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\n${line}\n`, { mode: 0o755 });

  return file;
}

/** An earlier step of the job that has put a folder in front of the PATH. */
const withPath = (folder: string) => [{ paths: [join(world.directory, folder)], exportedEnv: {} }];

describe('the job hooks', () => {
  useWorld();

  test('log the runner in before a job, and out after it, job after job', async () => {
    for (let job = 1; job <= 2; job += 1) {
      expect(await world.runnerMayPull()).toBe(false);

      const hook = await runStarted();
      expect(hook).toMatchObject(QUIET_SUCCESS);
      expect(hook.masks).toContain(world.aws.issued.at(-1)?.password);
      expect(await world.runnerMayPull()).toBe(true);

      for (const result of [hook.outputs, hook.state, hook.exportedEnv]) {
        expect(result).toEqual({});
      }

      expect(await runCompleted()).toMatchObject(QUIET_SUCCESS);
      expectNothingLeft();
    }
  });

  test('save a state that only their user can read, and that has no secrets', async () => {
    await runStarted();

    const [runner = ''] = savedStates();
    const folder = join(stateFolder(), runner);
    expect(runner).toContain('runner-abcde');
    expect(fs.statSync(folder).mode & 0o077).toBe(0);

    const files = fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    const content = files.map(({ name }) => fs.readFileSync(join(folder, name), 'utf8')).join('\n');
    expect(content).toContain(await world.registryHost());
    expect(content).not.toContain(world.aws.issued[0]?.password);
  });

  test('leave a runner logged in that has the same name and another RUNNER_TEMP', async () => {
    const runnerTemp = join(world.directory, 'other-runner');
    const DOCKER_CONFIG = join(world.directory, 'other-docker');
    fs.mkdirSync(runnerTemp);
    await runStarted();

    const other = await runStarted({ DOCKER_CONFIG }, { runnerTemp });
    expect(other.toolRuns.map(({ argv: [command] }) => command)).toEqual(['login']);
    expect(savedStates()).toHaveLength(2);

    await runCompleted({ env: { DOCKER_CONFIG }, runnerTemp });
    expect(savedStates()).toHaveLength(1);
    expect(await world.runnerMayPull()).toBe(true);
  });

  test('ignore inputs and state in the environment, which a job can set', async () => {
    const planted = {
      INPUT_REGISTRIES: 'nonsense',
      'INPUT_AWS-REGION': 'nonsense',
      STATE_login: '{"logins":[0],"variables":{}}',
      STATE_plan: '[["docker"],["ghcr.io"]]',
    };
    world.writeDockerConfig({ auths: OTHER_LOGINS });

    expect(await runStarted(planted)).toMatchObject(QUIET_SUCCESS);
    expect(await world.runnerMayPull()).toBe(true);

    expect(await runCompleted({ env: planted })).toMatchObject(QUIET_SUCCESS);
    expect(world.dockerLogins()).toEqual(OTHER_LOGINS);
  });

  test('do not run programs that the job has put in front of the PATH', async () => {
    await runStarted();

    const proof = join(world.directory, 'proof');
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
    for (const name of programs) writeProgram(`echo ${name} >> ${proof}`, 'evil', name);

    expect(await runCompleted({ after: withPath('evil') })).toMatchObject(QUIET_SUCCESS);
    expect(world.dockerLogins()).toEqual({});

    const programsThatRan = fs.existsSync(proof) ? fs.readFileSync(proof, 'utf8') : '';
    expect(programsThatRan).toBe('');
  });

  test('log out after a job with a step that logs in with other credentials', async () => {
    await runStarted();
    const main = await world.main({ env: world.keysEnv() });
    expect(await world.runnerMayPull()).toBe(true);

    const post = await world.post(main);
    const completed = await runCompleted({ after: [main] });

    expect(post.exitCode).toBe(0);
    expect(completed).toMatchObject(QUIET_SUCCESS);
    expect(world.dockerLogins()).toEqual({});
  });

  test('do nothing in a Kubernetes mode of the runner, which one line says', async () => {
    const hook = await runStarted({ ACTIONS_RUNNER_CONTAINER_HOOKS: '/home/runner/k8s/index.js' });

    expect(hook.exitCode).toBe(0);
    expect(hook.stdout).toMatch(/^.*\n$/);
    expect(savedStates()).toEqual([]);
    expect(callsToAws()).toEqual([]);

    expect((await runCompleted()).exitCode).toBe(0);
  });
});

describe('the job hooks, with the real names of registries,', () => {
  useWorld({ realNames: true });

  testReal('docker', 'openssl')('take variables that are named after the inputs', async () => {
    const settings = {
      ECR_LOGIN_REGISTRIES: '111111111111,222222222222',
      ECR_LOGIN_AWS_REGION: 'us-east-1',
      ECR_LOGIN_CONTAINER_CLI: 'docker,helm',
      ECR_LOGIN_CREDENTIAL_SOURCE: 'container',
      ECR_LOGIN_ALLOWED_ACCOUNT_IDS: world.accountId,
      ECR_LOGIN_HTTP_PROXY: await world.startProxy(),
      ECR_LOGIN_REGISTRY_TYPE: 'private',
    };
    const tools = { docker: 'real', helm: { exitCode: 0 } } as const;

    const hook = await runStarted(settings, { tools });
    expect(hook.warnings).toEqual([]);
    expect(world.proxy.requests).not.toEqual([]);
    expect(world.loggedIn()).toEqual([
      ecrHost('111111111111', 'us-east-1'),
      ecrHost('222222222222', 'us-east-1'),
    ]);
    expect(hook.toolRuns.filter(({ tool }) => tool === 'helm')).toHaveLength(2);

    // The last job had no end: this hook first logs out of that job, and then refuses to log in.
    const refused = await runStarted({ ECR_LOGIN_ALLOWED_ACCOUNT_IDS: '999988887777' }, { tools });
    expect(refused.warnings.join()).toContain('999988887777');
    expect(refused.exitCode).toBe(0);
    expect(world.dockerLogins()).toEqual({});
  });
});

describe('the job-started hook', () => {
  useWorld();

  test('leaves the runner logged in after the job if ECR_LOGIN_SKIP_LOGOUT is true', async () => {
    await runStarted({ ECR_LOGIN_SKIP_LOGOUT: 'true' });
    await runCompleted();

    expect(await world.runnerMayPull()).toBe(true);
    expect(savedStates()).toEqual([]);
  });

  test.each([
    ['ECR_LOGIN_ISOLATE_DOCKER_CONFIG', 'true'],
    ['ECR_LOGIN_ON_FAILURE', 'ignore'],
    ['ECR_LOGIN_REGISTRIES', 'ghcr.io'],
    ['ECR_LOGIN_AWS_REGION', ''],
  ])('warns of %s=%s, and calls nothing', async (name, value) => {
    const noRegion = { AWS_REGION: '', AWS_DEFAULT_REGION: '' };
    const hook = await runStarted({ ...noRegion, [name]: value });

    const warning = expect.stringMatching(new RegExp(`variable ${name}`, 'i'));
    expect(hook).toMatchObject({ exitCode: 0, warnings: [warning], toolRuns: [] });
    expect(callsToAws()).toEqual([]);
  });

  test.each([
    ['ignores', 'an older node', 'echo v20.19.0', false],
    ['uses', 'node 24', `exec ${process.execPath} "$@"`, true],
  ])(
    '%s %s on the PATH if the runner has no node of its own',
    async (_verb, _node, line, isUsed) => {
      writeProgram(line, 'on-path', 'node');

      const hook = await runStarted({ ECR_LOGIN_NODE: '' }, { after: withPath('on-path') });

      const warnings = isUsed ? [] : [expect.stringContaining('no node 24')];
      expect(hook).toMatchObject({ exitCode: 0, warnings });
      expect(await world.runnerMayPull()).toBe(isUsed);
    },
  );

  test('uses the node of the runner that starts the hook', async () => {
    const proof = join(world.directory, 'proof');
    const line = `echo used > ${proof}; exec ${process.execPath} "$@"`;
    writeProgram(line, 'runner', 'externals', 'node24', 'bin', 'node');

    // The runner starts the bash of a hook from the program bin/Runner.Worker. Here, this program is
    // a bash, too. `exit` after the hook keeps this bash from becoming the hook.
    const worker = writeProgram('', 'runner', 'bin', 'Runner.Worker');
    fs.writeFileSync(worker, fs.readFileSync('/bin/bash'));
    const hookStarter = [worker, '-c', '/bin/bash -e "$0"; exit $?'];

    const hook = await runStarted({ ECR_LOGIN_NODE: '' }, { hookStarter });

    expect(hook).toMatchObject(QUIET_SUCCESS);
    expect(fs.existsSync(proof)).toBe(true);
  });

  test('logs in if the agent is late and ECR throttles once', async () => {
    world.agent.faults.once('hang');
    world.aws.faults.once(THROTTLED);

    // On a faster clock, docker would take too long.
    const hook = await runStarted(fastClock(3));

    expect(hook.warnings).toEqual([]);
    expect(await world.runnerMayPull()).toBe(true);
  });
});

describe('the job-started hook, if it fails,', () => {
  useWorld();

  test.each([
    ['warnings', '', 0],
    ['errors', ' Fail ', 1],
  ] as const)(
    'explains the failure in its %s with ECR_LOGIN_ON_FAILURE=%j, and exits with %i',
    async (kind, value, exitCode) => {
      world.agent.associations.clear();
      const hook = await runStarted({ ...FAST, ECR_LOGIN_ON_FAILURE: value });

      const explanation = expect.stringContaining('aws eks create-pod-identity-association');
      expect(hook).toMatchObject({ exitCode, warnings: [], errors: [], [kind]: [explanation] });

      expect((await runCompleted()).exitCode).toBe(0);
    },
  );

  test.each([
    ['throws an error that nothing catches', `setTimeout(() => { throw new Error('x'); }, 1)`],
    ['cannot be loaded', 'import'],
    ['is killed', `process.kill(process.pid, 'SIGKILL')`],
  ])('fails the job only on demand, even if the action %s', async (_, code) => {
    const dist = distWith('index.js', code);
    const hook = await runStarted({}, { dist });
    expect(hook).toMatchObject({ exitCode: 0, errors: [] });
    expect(hook.warnings).not.toEqual([]);

    const strict = await runStarted({ ECR_LOGIN_ON_FAILURE: 'fail' }, { dist });
    expect(strict.exitCode).toBe(1);
  });

  test('ends within a minute, and says what failed last', async () => {
    world.agent.faults.always('hang');
    const hook = await runStarted({ ...FAST, ECR_LOGIN_MAX_ATTEMPTS: '20' });

    const warning = expect.stringMatching(/^EKS Pod Identity .*no response within 12 s/);
    expect(hook).toMatchObject({ exitCode: 0, warnings: [warning] });
  });

  test('leaves time for the registries and regions that respond', async () => {
    const hanging = ecrHost(world.accountId, 'eu-west-1');
    const good = ecrHost(world.accountId, 'eu-west-2');
    const withoutToken = ecrHost(world.accountId, 'eu-west-3');
    world.aws.faults.always('hang', callsOf('ecr', 'eu-west-3'));
    const docker = [{ on: hanging, hangs: true }, { exitCode: 0 }];

    // On a faster clock, the programs would take too long.
    const env = { ...fastClock(5), ECR_LOGIN_REGISTRIES: [hanging, withoutToken, good].join() };
    const hook = await runStarted(env, { tools: { docker } });
    const warnings = hook.warnings.join();

    expect(hook.toolRuns.map(({ argv }) => argv.at(-1))).toEqual([hanging, good]);
    for (const words of [hanging, 'eu-west-3']) expect(warnings).toContain(words);

    // What is left of a budget is a fraction of a second; the log shows one decimal.
    const secondsWithTwoDecimals = /\d\.\d\d+ s/;
    expect(warnings).not.toMatch(secondsWithTwoDecimals);
  });

  test.each([
    ['is not there', ''],
    ['is older than node 24', 'echo v20.19.0'],
    ['is a program of another machine', 'exit 126'],
    ['hangs', 'exec /bin/sleep 70'],
  ])('warns in one line if the node of ECR_LOGIN_NODE %s', async (_, line) => {
    const node = join(world.directory, 'other-node');
    if (line !== '') writeProgram(line, 'other-node');

    const hook = await runStarted({ ECR_LOGIN_NODE: node });
    const warnings = [expect.stringContaining('node 24')];
    expect(hook).toMatchObject({ exitCode: 0, warnings });

    const strict = await runStarted({ ECR_LOGIN_NODE: node, ECR_LOGIN_ON_FAILURE: 'fail' });
    expect(strict.exitCode).toBe(1);
  });

  test('names the folder of the state if the state cannot be saved', async () => {
    fs.symlinkSync('/dev/null', stateFolder());
    const hook = await runStarted();

    expect(hook.exitCode).toBe(0);
    expect(hook.warnings.join()).toContain(stateFolder());
  });

  test('leaves no login behind if it is canceled', async () => {
    world.aws.faults.always('hang');
    const interrupt = { signal: 'SIGTERM', when: world.aws.seen() } as const;

    const hook = await runStarted({}, { interrupt });
    expect(hook.exitCode).toBe(0);

    await runCompleted();
    expectNothingLeft();
  });
});

describe('the job-completed hook', () => {
  useWorld();

  test('ends an action that does not end by its time limit, which a warning says', async () => {
    await runStarted();

    const dist = distWith('post/index.js', 'setInterval(() => {}, 1_000)');
    // The script takes its time limit, in seconds, as an argument.
    const limitS = 1;
    const hookStarter = ['/bin/bash', '-c', `exec /bin/bash -e "$0" ${limitS}`];
    const hook = await runCompleted({ dist, hookStarter });

    const warnings = [expect.stringContaining(`did not end within ${limitS} s`)];
    expect(hook).toMatchObject({ exitCode: 0, warnings });

    expect((await runCompleted()).exitCode).toBe(0);
    expect(await world.runnerMayPull()).toBe(false);
  });

  test.each(['node', 'path', 'state'])(
    'does not read a pipe in place of the file %s of the state',
    async (name) => {
      await runStarted();
      const file = join(stateFolder(), savedStates()[0] ?? '', name);
      fs.rmSync(file);
      execFileSync('mkfifo', [file]);

      const warnings = [expect.stringContaining(`${name} cannot be read`)];
      expect(await runCompleted()).toMatchObject({ exitCode: 0, warnings });
    },
  );

  test.each([
    ['warnings', 'warn', 0],
    ['errors', 'fail', 1],
  ] as const)(
    'has %s for a failed logout with ECR_LOGIN_ON_FAILURE=%s, and exits with %i',
    async (kind, value, exitCode) => {
      const docker = [{ on: 'login' }, { stderr: 'Error: the store is locked', exitCode: 1 }];
      await runStarted({}, { tools: { docker } });
      const hook = await runCompleted({ env: { ECR_LOGIN_ON_FAILURE: value } });

      expect(hook.exitCode).toBe(exitCode);
      expect(hook[kind].join()).toContain(await world.registryHost());
    },
  );

  test('warns if its node is gone, and the next job-started hook logs out', async () => {
    const node = join(world.directory, 'node-of-the-runner');
    fs.symlinkSync(process.execPath, node);

    await runStarted({ ECR_LOGIN_NODE: node });
    fs.rmSync(node);

    const hook = await runCompleted();
    expect(hook).toMatchObject({ exitCode: 0, warnings: [expect.any(String)] });
    expect(await world.runnerMayPull()).toBe(true);

    const next = await runStarted({ ECR_LOGIN_SKIP_LOGOUT: 'true' });
    expect(next.log).toMatch(/logging out/i);
  });
});
