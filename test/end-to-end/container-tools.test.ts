import { lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runInNamespace } from '../harness/namespace.ts';
import { repository } from '../harness/paths.ts';
import { describeReal, NAMESPACE_PARTS, type RealPart } from '../harness/real-parts.ts';
import { useWorld } from '../harness/use-world.ts';
import type { ContainerToolsCase, ContainerToolsSeen } from './scenarios/container-tools.ts';

const SCENARIO = join(repository, 'test', 'end-to-end', 'scenarios', 'container-tools.ts');
const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const CLIENTS: RealPart[] = ['docker', 'podman', 'buildah', 'skopeo', 'oras'];
const PARTS: RealPart[] = [...NAMESPACE_PARTS, 'docker-registry', 'htpasswd', ...CLIENTS];

const DOCKER_FILE = 'home/.docker/config.json';
const PODMAN_FILE = 'run/containers/auth.json';
const JOB = 'temp/ecr-pod-identity-login-<run>';

describeReal('real tools at a real registry', PARTS, () => {
  const cases: [string, ContainerToolsCase, string[]][] = [
    ['docker', { tools: ['docker'] }, [DOCKER_FILE]],
    ['podman', { tools: ['podman'] }, [PODMAN_FILE]],
    ['buildah', { tools: ['buildah'] }, [PODMAN_FILE]],
    ['skopeo', { tools: ['skopeo'] }, [PODMAN_FILE]],
    ['oras', { tools: ['oras'] }, [DOCKER_FILE]],
    ['config-file', { tools: ['config-file'] }, [DOCKER_FILE]],
    ['docker and podman', { tools: ['docker', 'podman'] }, [DOCKER_FILE, PODMAN_FILE]],
    [
      'docker that is podman',
      { tools: ['docker'], installedAs: { docker: 'podman' }, used: ['podman'] },
      [PODMAN_FILE],
    ],
    [
      'docker that is podman, in a configuration of the job, though REGISTRY_AUTH_FILE names another',
      {
        tools: ['docker'],
        installedAs: { docker: 'podman' },
        used: ['podman'],
        isolate: true,
        env: { REGISTRY_AUTH_FILE: '@/auth/of/podman.json' },
      },
      [`${JOB}/auth.json`],
    ],
    [
      'podman where REGISTRY_AUTH_FILE says',
      { tools: ['podman', 'skopeo'], env: { REGISTRY_AUTH_FILE: '@/auth/of/podman.json' } },
      ['auth/of/podman.json'],
    ],
    [
      'docker and podman where DOCKER_CONFIG says',
      { tools: ['docker', 'podman'], env: { DOCKER_CONFIG: '@/docker' } },
      ['docker/config.json'],
    ],
    [
      'all, in a configuration of the job',
      { tools: ['docker', 'podman', 'buildah', 'skopeo', 'oras'], isolate: true },
      [`${JOB}/auth.json`, `${JOB}/config.json`],
    ],
    [
      'oras and docker, in a configuration of the job, with a store for all registries in the shared one',
      {
        tools: ['oras', 'docker'],
        isolate: true,
        dockerConfig: { credsStore: 'nowhere', credHelpers: { [HOST]: 'ecr-login' } },
      },
      [`${JOB}/config.json`],
    ],
    [
      'docker and skopeo, in a configuration of the job, with a store for all registries in the shared one',
      {
        tools: ['docker', 'skopeo'],
        used: ['skopeo'],
        isolate: true,
        dockerConfig: { credsStore: 'nowhere' },
      },
      [`${JOB}/auth.json`, `${JOB}/config.json`],
    ],
    [
      'config-file, in a configuration of the job, with a store for all registries in the shared one',
      {
        tools: ['config-file'],
        used: ['skopeo', 'podman', 'oras'],
        isolate: true,
        dockerConfig: { credsStore: 'nowhere', credHelpers: { 'ghcr.io': 'gh' } },
      },
      [`${JOB}/config.json`],
    ],
  ];

  test.each(cases)('%s: in, used, out, and out again', async (_, choice, files) => {
    const options = { realRegistries: [HOST] };
    const seen = await runInNamespace<ContainerToolsSeen>(SCENARIO, options, choice);
    expect(seen.main).toEqual({ exitCode: 0, errors: [], warnings: [] });
    expect(seen.kept).toEqual(files);
    const { tools, used = tools } = choice;
    expect(seen.use).toEqual(Object.fromEntries(used.map((tool) => [tool, ''])));
    expect(seen.post).toMatchObject({ exitCode: 0, errors: [] });
    expect(seen.again).toEqual({ exitCode: 0, errors: [] });
    expect(seen.keptAfterPost).toEqual([]);
    for (const said of Object.values(seen.useAfterPost))
      expect(said).toMatch(/auth|credential|denied|unauthorized/i);
    const programs = tools.filter((tool) => tool !== 'config-file');
    const outs = choice.isolate ? [] : programs.map((tool) => [tool, 'logout', HOST]);
    const ins = programs.map((tool) => [tool, 'login', '--username', 'AWS', '--password-stdin', HOST]);
    expect(seen.commands).toEqual([...ins, ...outs]);
  });
});

describe('input container-cli', () => {
  const world = useWorld();

  const done = { exitCode: 0 };

  test.each([
    ['nerdctl', ['login'], ['logout']],
    ['finch', ['login'], ['logout']],
    ['helm', ['registry', 'login'], ['registry', 'logout']],
  ])(
    '%s is logged in and out as it wants it, the password by standard input',
    async (tool, login, logout) => {
      const host = await world.registryHost();
      const tools = { docker: done, [tool]: done };
      const main = await world.main({
        env: world.podIdentityEnv(),
        inputs: { 'container-cli': tool },
        tools,
      });
      expect(main).toMatchObject({ exitCode: 0, warnings: [], outputs: { registry: host } });
      expect(main.toolRuns.map((run) => [run.tool, ...run.argv])).toEqual([
        [tool, ...login, '--username', 'AWS', '--password-stdin', host],
      ]);
      expect(main.toolRuns[0]?.stdin).toBe(world.aws.issued[0]?.password);
      expect(main.log).toContain(`Logging in to registry ${host} with ${tool}`);
      const post = await world.post(main);
      expect(post.exitCode).toBe(0);
      expect(post.toolRuns.map((run) => [run.tool, ...run.argv])).toEqual([[tool, ...logout, host]]);
    },
  );

  test('helm is led to its own file; nerdctl and finch to that of docker', async () => {
    const tools = { helm: done, nerdctl: done, finch: done };
    const [forDocker, forHelm] = [join(world.directory, 'docker'), join(world.directory, 'helm', 'file')];
    const env = {
      ...world.podIdentityEnv(),
      DOCKER_CONFIG: forDocker,
      HELM_REGISTRY_CONFIG: forHelm,
    };
    const main = await world.main({ env, inputs: { 'container-cli': 'helm,nerdctl,finch' }, tools });
    const places = main.toolRuns.map((run) => [
      run.tool,
      run.env['HELM_REGISTRY_CONFIG'],
      run.env['DOCKER_CONFIG'],
    ]);
    expect(places).toEqual([
      ['helm', forHelm, forDocker],
      ['nerdctl', forHelm, forDocker],
      ['finch', forHelm, forDocker],
    ]);
  });

  test('one token serves all tools, for each registry in turn', async () => {
    const hosts = [await world.registryHost('111111111111'), await world.registryHost('222222222222')];
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { 'container-cli': 'docker\nhelm', registries: '111111111111,222222222222' },
      tools: { docker: { keepsLogins: true }, helm: done },
    });
    expect(main.exitCode).toBe(0);
    expect(world.aws.calls).toHaveLength(1);
    expect(main.toolRuns.map((run) => [run.tool, run.argv.at(-1)])).toEqual([
      ['docker', hosts[0]],
      ['helm', hosts[0]],
      ['docker', hosts[1]],
      ['helm', hosts[1]],
    ]);
  });

  test.each([
    ['dockr', "'dockr' is none of docker, podman, buildah, skopeo, nerdctl, finch, oras, helm, config-file"],
    ['docker podman', "'docker podman' is none of"],
    ['docker,/bin/sh', "'/bin/sh' is none of"],
  ])('%j is an error with the choices, and nothing is run or asked', async (text, words) => {
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { 'container-cli': text },
      tools: { docker: done },
    });
    expect(main.exitCode).toBe(1);
    expect(main.errors).toEqual([expect.stringContaining(`Input 'container-cli': ${words}`)]);
    expect([...main.toolRuns, ...world.agent.requests, ...world.aws.requests]).toEqual([]);
  });

  test('a tool that is not on PATH is named, with those that are, before anything is asked', async () => {
    const main = await world.main({
      env: world.podIdentityEnv(),
      inputs: { 'container-cli': 'docker,podman' },
      tools: { docker: done, skopeo: done },
    });
    expect(main.exitCode).toBe(1);
    expect(main.errors[0]).toMatch(/podman not found on PATH/);
    expect(main.errors[0]).toContain('docker, skopeo');
    expect([...main.toolRuns, ...world.agent.requests, ...world.aws.requests]).toEqual([]);
  });

  test('where there is no docker, the first of the others is used, and said', async () => {
    const tools = { helm: done, nerdctl: done };
    const main = await world.main({ env: world.podIdentityEnv(), tools });
    expect(main.exitCode).toBe(0);
    expect(main.toolRuns.map(({ tool }) => tool)).toEqual(['nerdctl']);
    expect(main.log).toContain('docker is not on PATH, so nerdctl is used');
    const post = await world.post(main);
    expect(post.toolRuns.map(({ tool, argv }) => [tool, argv[0]])).toEqual([['nerdctl', 'logout']]);
  });

  test('config-file writes through a link, also where nothing is at its end yet', async () => {
    const file = join(world.home, '.docker', 'config.json');
    mkdirSync(join(world.home, '.docker'), { mode: 0o700 });
    mkdirSync(join(world.home, 'mine'), { mode: 0o700 });
    symlinkSync(join('..', 'mine', 'config.json'), file);
    const inputs = { 'container-cli': 'config-file' };
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools: {} });
    expect(main).toMatchObject({ exitCode: 0, warnings: [] });
    expect(Object.keys(world.dockerLogins(join(world.home, 'mine')))).toEqual([await world.registryHost()]);
    expect((await world.post(main)).exitCode).toBe(0);
    expect(world.dockerLogins(join(world.home, 'mine'))).toEqual({});
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
  });

  test('where there is no tool at all, the error names config-file, which needs none', async () => {
    const none = await world.main({ env: world.podIdentityEnv(), tools: {} });
    expect(none.exitCode).toBe(1);
    expect(none.errors[0]).toContain('container-cli: config-file');
    const inputs = { 'container-cli': 'config-file' };
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools: {} });
    const host = await world.registryHost();
    expect(main.exitCode).toBe(0);
    expect(world.dockerLogins()).toEqual({ [host]: { auth: world.aws.issued.at(-1)?.token } });
    const post = await world.post(main);
    expect([post.exitCode, world.dockerLogins()]).toEqual([0, {}]);
  });

  test.each([
    ['podman', 125, 'Error: not logged into somewhere\n'],
    ['buildah', 125, 'Error: not logged into somewhere\n'],
    ['skopeo', 1, 'time="2026-01-01T00:00:00Z" level=fatal msg="not logged into somewhere"\n'],
    ['helm', 1, 'Error: not logged in\n'],
  ])('logging out of what is not logged in is no failure: %s', async (tool, exitCode, stderr) => {
    const tools = { [tool]: [{ on: 'login' }, { on: 'logout', exitCode, stderr }] };
    const main = await world.main({ env: world.podIdentityEnv(), inputs: { 'container-cli': tool }, tools });
    const post = await world.post(main);
    expect([main.exitCode, post.exitCode, post.errors]).toEqual([0, 0, []]);
  });

  test('any other failure of a logout is one, in the words of the tool, and the others are logged out', async () => {
    const stderr = 'time="x" level=fatal msg="open \\"auth.json\\": permission denied"\n';
    const tools = { skopeo: [{ on: 'login' }, { on: 'logout', exitCode: 1, stderr }], helm: done };
    const inputs = { 'container-cli': 'skopeo,helm' };
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools });
    const post = await world.post(main);
    expect(post.exitCode).toBe(1);
    expect(post.errors).toEqual([expect.stringContaining('skopeo could not log out of registry')]);
    expect(post.errors[0]).toContain('open "auth.json": permission denied');
    expect(post.toolRuns.map(({ tool }) => tool)).toEqual(['skopeo', 'helm']);
  });

  test('one tool that refuses fails the step; those before it are logged out by post', async () => {
    const tools = { docker: { keepsLogins: true }, helm: { exitCode: 1, stderr: 'Error: no\n' } };
    const inputs = { 'container-cli': 'docker,helm' };
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools });
    expect(main.exitCode).toBe(1);
    expect(main.errors).toEqual([expect.stringContaining('helm could not log in to registry')]);
    expect(main.outputs).toEqual({});
    const post = await world.post(main, { tools: { docker: { keepsLogins: true }, helm: done } });
    expect([post.exitCode, world.dockerLogins()]).toEqual([0, {}]);
  });

  test('clients get the variables of the runner, made absolute, and post runs them with those of main', async () => {
    const tools = { podman: done, helm: done, docker: done };
    const before = {
      DOCKER_CONFIG: undefined,
      REGISTRY_AUTH_FILE: 'relative/auth.json',
      HELM_REGISTRY_CONFIG: join(world.directory, 'before', 'helm'),
      HOME: world.home,
      XDG_RUNTIME_DIR: join(world.directory, 'run'),
      XDG_CONFIG_HOME: undefined,
    };
    const main = await world.main({
      env: { ...world.podIdentityEnv(), ...before },
      inputs: { 'container-cli': 'podman,helm,docker' },
      tools,
    });
    const after = Object.fromEntries(Object.keys(before).map((name) => [name, '/elsewhere']));
    const post = await world.post(main, { env: after });
    const expected = {
      ...before,
      REGISTRY_AUTH_FILE: join(main.options.directory, 'relative', 'auth.json'),
    };
    for (const { env } of [...main.toolRuns, ...post.toolRuns]) {
      expect(Object.fromEntries(Object.keys(before).map((name) => [name, env[name]]))).toEqual(expected);
    }
    expect([main.toolRuns.length, post.toolRuns.length]).toEqual([3, 3]);
  });
});
