import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Scenario } from '../../harness/namespace.ts';
import type { NamespaceWorld } from '../../harness/namespace-world.ts';
import type { StepResult } from '../../harness/runner.ts';
import { findProgram } from '../../harness/tools.ts';

const run = promisify(execFile);

/** What a scenario does: the tools that the step names, and where they are led to before. */
export interface ContainerToolsCase {
  tools: string[];
  /** Those that the login is then used with, where it is not all of them. */
  used?: string[];
  /** Programs that are installed under the name of another. */
  installedAs?: Record<string, string>;
  isolate?: boolean;
  /** Variables of the job, with paths below the world's folder in place of `@`. */
  env?: Record<string, string>;
  /** Docker's configuration before the step. */
  dockerConfig?: unknown;
}

/** What the test looks at, once the job is over. */
export interface ContainerToolsSeen {
  main: { exitCode: number | null; errors: string[]; warnings: string[] };
  /** The files that hold a login of the registry, below the world's folder, after main. */
  kept: string[];
  /** What each tool's own reading or pushing said where it failed; empty where it went through. */
  use: Record<string, string>;
  post: { exitCode: number | null; errors: string[]; log: string };
  again: { exitCode: number | null; errors: string[] };
  keptAfterPost: string[];
  useAfterPost: Record<string, string>;
  /** How the tools were run, in order, the password's way in left out. */
  commands: string[][];
}

const PLACES = ['home/.docker', 'run/containers', 'docker', 'auth', 'temp'];

/** The files below the world's folder that hold the login of a host. */
async function filesWith(world: NamespaceWorld, host: string): Promise<string[]> {
  const folders = PLACES.map((name) => join(world.directory, name)).filter((path) => existsSync(path));
  const { stdout } = await run('find', [...folders, '-type', 'f', '-name', '*.json']);
  return stdout
    .split('\n')
    .filter((file) => file !== '' && isKeptIn(file, host))
    .map((file) =>
      file.slice(world.directory.length + 1).replace(/login-\d+-\d+-[0-9a-f]{16}/, 'login-<run>'),
    )
    .sort();
}

function isKeptIn(file: string, host: string): boolean {
  const config = JSON.parse(readFileSync(file, 'utf8')) as { auths?: Record<string, { auth?: string }> };
  return config.auths?.[host]?.auth !== undefined;
}

/** Uses a login with the tool itself; docker, which needs an engine for it, stands behind oras, which reads its file. */
function useOf(tool: string, host: string, folder: string): [string, string[]] {
  const image = `${host}/team/app`;
  const storage = [
    '--storage-driver',
    'vfs',
    '--root',
    join(folder, 'root'),
    '--runroot',
    join(folder, 'runroot'),
  ];
  switch (tool) {
    case 'podman':
      return ['podman', [...storage, 'search', '--list-tags', image]];
    case 'buildah':
      return ['buildah', [...storage, 'pull', '--policy', 'always', `${image}:skopeo`]];
    case 'skopeo':
      return ['skopeo', ['list-tags', `docker://${image}`]];
    default:
      return ['oras', ['push', '--disable-path-validation', `${image}:oras`, join(folder, 'artifact.txt')]];
  }
}

async function use(
  world: NamespaceWorld,
  after: StepResult,
  tools: string[],
): Promise<Record<string, string>> {
  const host = await world.registryHost();
  const folder = join(world.directory, 'use');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'artifact.txt'), 'pushed\n');
  // The step's PATH has no credential helper of the machine; its tools there would record these runs as the step's.
  const env = { ...after.options.env, ...after.exportedEnv };
  const said: Record<string, string> = {};
  for (const tool of tools) {
    const [program, args] = useOf(tool, host, folder);
    said[tool] = await run(findProgram(program) ?? program, args, { env }).then(
      () => '',
      (error: { stderr?: string }) => error.stderr || String(error),
    );
  }
  return said;
}

/** Puts an image into the registry, so that there is something to read, with the password but none of the logins. */
async function pushImage(world: NamespaceWorld, host: string): Promise<void> {
  const folder = join(world.directory, 'pusher');
  mkdirSync(folder);
  const auths = { [host]: { auth: world.aws.issued.at(-1)?.token } };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths }), { mode: 0o600 });
  await world.push('skopeo', host, folder);
}

/** A job that logs tools in, uses the login with each, and logs out twice. */
const containerTools: Scenario<ContainerToolsCase, ContainerToolsSeen> = async (
  world,
  { tools, ...choice },
) => {
  const host = await world.registryHost();
  const places = Object.entries(choice.env ?? {}).map(([name, path]) => [
    name,
    path.replace('@', world.directory),
  ]);
  if (choice.dockerConfig !== undefined) {
    mkdirSync(join(world.home, '.docker'));
    writeFileSync(join(world.home, '.docker', 'config.json'), JSON.stringify(choice.dockerConfig));
  }
  const { used = tools } = choice;
  const programs = tools.filter((tool) => tool !== 'config-file');
  const main = await world.main({
    env: { ...world.podIdentityEnv(), ...Object.fromEntries(places) },
    inputs: { 'container-cli': tools.join(), 'isolate-docker-config': String(choice.isolate ?? false) },
    tools: Object.fromEntries(programs.map((tool) => [tool, { real: choice.installedAs?.[tool] ?? tool }])),
  });
  const kept = await filesWith(world, host);
  await pushImage(world, host);
  const said = await use(world, main, used);
  const post = await world.post(main);
  const again = await world.post(main);
  const commands = [main, post].flatMap(({ toolRuns }) => toolRuns.map(({ tool, argv }) => [tool, ...argv]));
  return {
    main: { exitCode: main.exitCode, errors: main.errors, warnings: main.warnings },
    kept,
    use: said,
    post: { exitCode: post.exitCode, errors: post.errors, log: post.log },
    again: { exitCode: again.exitCode, errors: again.errors },
    keptAfterPost: await filesWith(world, host),
    useAfterPost: await use(world, post, used),
    commands,
  };
};

export default containerTools;
