// The scenarios of real-names.test.ts. A test runs a scenario by its name, in new namespaces. The
// result goes through JSON.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOST } from '../harness/namespace.ts';
import type { NamespaceWorld } from '../harness/namespace-world.ts';
import { FAST } from '../harness/paths.ts';
import { FAKE_DOCKER } from '../harness/tools.ts';
import type { Environment, StepChoice } from '../harness/world.ts';

/** Runs a step that fails. Returns its errors. */
async function failure(world: NamespaceWorld, choice: StepChoice) {
  const { errors } = await world.main({ tools: FAKE_DOCKER, ...choice });
  return errors;
}

/** A job in a pod on EKS logs in, pushes with a real client, logs out, and pushes again. */
export async function job(world: NamespaceWorld) {
  const main = await world.main();
  const push = await world.push();
  const post = await world.post(main);

  return {
    main: { exitCode: main.exitCode, registry: main.outputs['registry'] },
    agentHosts: [...new Set(world.agent.requests.map(({ headers }) => headers.host))],
    apiHosts: world.aws.calls.map(({ host }) => host),
    signer: world.aws.calls[0]?.signer?.arn,
    push,
    post: post.exitCode,
    pushAfterPost: await world.push(),
  };
}

/** A real client pulls a private image before, during and after a job with job hooks. */
export async function jobHook(world: NamespaceWorld) {
  const main = await world.main();
  await world.push();
  await world.post(main);

  const pull = () => world.run('oras', ['pull', `${HOST}/team/app:1`]);
  const before = await pull();
  const started = await world.hook('job-started', { env: world.podIdentityEnv() });
  const during = await pull();
  const completed = await world.hook('job-completed');

  return {
    started: started.exitCode,
    completed: completed.exitCode,
    before,
    during,
    after: await pull(),
  };
}

/**
 * A command with which a tool uses its login. docker would need a daemon for that, so oras, which
 * reads the same auth file, takes its place.
 */
function useOf(tool: string, world: NamespaceWorld): [program: string, args: string[]] {
  const image = `${HOST}/team/app`;
  const root = join(world.directory, 'root');
  const storage = ['--storage-driver', 'vfs', '--root', root, '--runroot', `${root}-run`];

  switch (tool) {
    case 'podman':
      return ['podman', [...storage, 'search', '--list-tags', image]];
    case 'buildah':
      return ['buildah', ['login', '--get-login', HOST]];
    case 'skopeo':
      return ['skopeo', ['list-tags', `docker://${image}`]];
    case 'buildx':
      return ['docker', ['buildx', 'imagetools', 'inspect', '--raw', `${image}:1`]];
    default:
      return ['oras', ['repo', 'tags', image]];
  }
}

export type ToolsCase = {
  /** The value of input `container-cli`. */
  tools: string[];
  /** The tools that then use the login. By default, `tools`. */
  used?: string[];
  isolate?: boolean;
  /** Tools whose program is in fact that of another tool. */
  programs?: Record<string, string>;
  /** Docker's configuration before the step. */
  config?: object;
};

const CREDENTIAL_STORE = { credsStore: 'nowhere', credHelpers: { 'ghcr.io': 'gh' } };

export const TOOLS_CASES: Record<string, ToolsCase> = {
  docker: { tools: ['docker'], used: ['docker', 'buildx'] },
  buildah: { tools: ['buildah'] },
  skopeo: { tools: ['skopeo'] },
  'config-file': { tools: ['config-file'], used: ['oras', 'skopeo', 'podman', 'buildx'] },
  'docker that is podman, isolated': {
    tools: ['docker'],
    programs: { docker: 'podman' },
    used: ['podman'],
    isolate: true,
  },
  'all, isolated': { tools: ['docker', 'podman', 'buildah', 'skopeo', 'oras'], isolate: true },
  'config-file, isolated, with a store for all registries': {
    tools: ['config-file'],
    used: ['skopeo', 'podman', 'oras'],
    isolate: true,
    config: CREDENTIAL_STORE,
  },
};

async function toolsCase(world: NamespaceWorld, choice: ToolsCase) {
  const { tools, used = tools, isolate, programs, config = {} } = choice;
  const env = { PODMAN_IGNORE_CGROUPSV1_WARNING: '1' };
  world.writeDockerConfig(config);

  const clients = tools.filter((tool) => tool !== 'config-file');
  const main = await world.main({
    moreEnv: env,
    inputs: { 'container-cli': tools.join(), 'isolate-docker-config': String(isolate ?? false) },
    tools: Object.fromEntries(clients.map((tool) => [tool, { real: programs?.[tool] ?? tool }])),
  });

  // Pushes an image for the tools to read. The push does not use the logins of the step.
  const auths = { [HOST]: { auth: world.aws.issued.at(-1)?.token } };
  world.writeHome('pusher/config.json', JSON.stringify({ auths }));
  const pushed = await world.push(join(world.home, 'pusher'));

  const useAll = async () => {
    const errors: Record<string, string> = {};
    for (const tool of used) {
      const [program, args] = useOf(tool, world);
      errors[tool] = await world.run(program, args, { ...env, ...main.exportedEnv });
    }
    return errors;
  };
  const during = await useAll();
  const post = await world.post(main);
  const after = await useAll();
  const secondPost = await world.post(main);

  return {
    exitCodes: { main: main.exitCode, post: post.exitCode, secondPost: secondPost.exitCode },
    messages: [...main.errors, ...main.warnings, ...post.errors],
    pushed,
    during,
    after,
  };
}

export async function containerTools(world: NamespaceWorld) {
  const seen: Record<string, Awaited<ReturnType<typeof toolsCase>>> = {};
  for (const [name, one] of Object.entries(TOOLS_CASES)) {
    seen[name] = await toolsCase(world, one);
  }
  return seen;
}

/** A step without a region logs in to hosts of every kind, and a real client pushes to one. */
export async function hosts(world: NamespaceWorld) {
  const main = await world.main({
    moreEnv: { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined },
    inputs: { registries: HOSTS_OF_EVERY_KIND.map((host) => `${host}/team/app:1`).join() },
  });
  const loggedIn = world.loggedIn();
  const pushed = await world.push();
  await world.post(main);

  return {
    errors: main.errors,
    registries: JSON.parse(main.outputs['registries'] ?? '[]') as unknown,
    apis: world.aws.calls.map(({ host }) => host).sort(),
    loggedIn,
    pushed,
    after: world.dockerLogins(),
  };
}

export const HOSTS_OF_EVERY_KIND = [
  HOST,
  'public.ecr.aws',
  'ecr-public.aws.com',
  '123456789012.dkr-ecr.us-west-2.on.aws',
  '123456789012.dkr.ecr-fips.us-east-2.amazonaws.com',
  '210987654321.dkr-ecr-fips.us-east-1.on.aws',
  '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
];

/** A pod without EKS Pod Identity. The token of Kubernetes names the service account. */
export async function withoutPodIdentity(world: NamespaceWorld) {
  world.mountServiceAccount('arc-runners', 'lonely');

  const env = { ...world.regionEnv(), KUBERNETES_SERVICE_HOST: '10.100.0.1' };
  return failure(world, { env });
}

/** Failures at the real names and addresses. */
export async function failures(world: NamespaceWorld) {
  const fail = (env: Environment, inputs: Record<string, string> = {}) =>
    failure(world, {
      moreEnv: { ...FAST, ...env },
      inputs: { 'max-attempts': '2', ...inputs },
    });

  const region = await fail({ AWS_REGION: 'eu-west-9' });
  const fips = await fail({ AWS_USE_FIPS_ENDPOINT: 'true' }, { 'registry-type': 'public' });

  world.aws.proxyEndpoint = () => 'https://ghcr.io';
  const otherHost = await fail({});

  world.cutOffAgent();
  const noRoute = await fail({}, { 'max-attempts': '' });

  return { region, fips, otherHost, noRoute };
}

const EARLIER = JSON.stringify({ auths: { [HOST]: { auth: 'ZWFybGllcjpsb2dpbg==' } } });

type AuthFileProblem = 'read-only' | 'full' | 'config.json is mounted';

/** Makes a docker configuration that cannot be written. Returns the mount point. */
function makeBroken(problem: AuthFileProblem, folder: string) {
  const file = join(folder, 'config.json');
  const mount = (...args: string[]) => void execFileSync('mount', args);
  mkdirSync(folder, { mode: 0o700 });

  if (problem === 'config.json is mounted') {
    const source = `${folder}.json`;
    for (const path of [file, source]) writeFileSync(path, EARLIER, { mode: 0o600 });
    mount('--bind', source, file);
    return file;
  }

  mount('-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', folder);
  writeFileSync(file, EARLIER, { mode: 0o600 });
  if (problem === 'full') writeFileSync(join(folder, 'rest'), 'x'.repeat(4096));
  else mount('-o', 'remount,ro', folder);
  return folder;
}

const withProblem = (problem: AuthFileProblem, ...tools: string[]) =>
  tools.map((tool) => [problem, tool] as const);

const AUTH_FILE_CASES = [
  ...withProblem('read-only', 'docker', 'podman', 'buildah', 'skopeo', 'oras', 'config-file'),
  ...withProblem('full', 'docker', 'config-file'),
  ...withProblem('config.json is mounted', 'docker', 'podman'),
];

/** Each client logs in to a file with each problem, and out again. */
export async function authFileProblems(world: NamespaceWorld) {
  const seen: Record<string, { errors: string[]; isUnchanged: boolean }> = {};

  for (const [problem, tool] of AUTH_FILE_CASES) {
    const DOCKER_CONFIG = join(world.directory, `${tool} ${problem}`);
    const mounted = makeBroken(problem, DOCKER_CONFIG);

    const main = await world.main({
      moreEnv: { DOCKER_CONFIG, PODMAN_IGNORE_CGROUPSV1_WARNING: '1' },
      inputs: { 'container-cli': tool, 'max-attempts': '1' },
      tools: tool === 'config-file' ? {} : { [tool]: 'real' },
    });
    await world.post(main);

    const isUnchanged = readFileSync(join(DOCKER_CONFIG, 'config.json'), 'utf8') === EARLIER;
    seen[`${tool} ${problem}`] = { errors: main.errors, isUnchanged };
    execFileSync('umount', [mounted]);
  }

  return seen;
}
