import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { describeReal, type RealPart } from '../harness/real-parts.ts';
import { findProgram } from '../harness/tools.ts';
import { useWorld } from '../harness/use-world.ts';
import type { Environment } from '../harness/world.ts';

// What decides where a client keeps its logins differs between root and other users, so `.ci/run` runs this as both.

const isRoot = process.getuid?.() === 0;
const asUser = isRoot ? test.skip : test;
/** buildah makes a user namespace to log in, which other users than root can do only where /etc/subuid names them. */
const LIKE_PODMAN = isRoot ? ['podman', 'buildah', 'skopeo'] : ['podman', 'skopeo'];
const PARTS: RealPart[] = ['docker', 'podman', 'buildah', 'skopeo', 'oras', 'linux', 'openssl'];

describeReal('the real clients, whatever decides where they keep their logins', PARTS, () => {
  const world = useWorld({ realRegistryNames: true });
  beforeEach(() => {
    for (const name of ['docker', 'auth', 'config']) mkdirSync(join(world.directory, name), { mode: 0o700 });
  });

  /** The files below the world's folder that hold a login. */
  function filesWithLogins(folder = world.directory): string[] {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name.startsWith('step-') ? [] : filesWithLogins(path);
      const holds = entry.name.endsWith('.json') && /"auth":/.test(readFileSync(path, 'utf8'));
      return holds ? [path.slice(world.directory.length + 1)] : [];
    });
  }

  const DOCKER = 'home/.docker/config.json';
  const cases: [tool: string, variables: Record<string, string | undefined>, file: string][] = [
    ['docker', {}, DOCKER],
    ['docker', { DOCKER_CONFIG: '@/docker' }, 'docker/config.json'],
    ['docker', { HOME: '@/auth' }, 'auth/.docker/config.json'],
    ['oras', {}, DOCKER],
    ['oras', { DOCKER_CONFIG: '@/docker' }, 'docker/config.json'],
    ...LIKE_PODMAN.flatMap((tool): typeof cases => [
      [tool, {}, 'run/containers/auth.json'],
      [tool, { XDG_RUNTIME_DIR: '@/auth' }, 'auth/containers/auth.json'],
      [tool, { DOCKER_CONFIG: '@/docker' }, 'docker/config.json'],
      [tool, { REGISTRY_AUTH_FILE: '@/auth/a.json', DOCKER_CONFIG: '@/docker' }, 'auth/a.json'],
    ]),
  ];

  test.each(cases)('%s with %j keeps it in %s, and post removes it there', async (tool, variables, file) => {
    const entries = Object.entries(variables).map(([name, value]) => [
      name,
      value?.replace('@', world.directory),
    ]);
    const env: Environment = { ...world.podIdentityEnv(), ...Object.fromEntries(entries) };
    const main = await world.main({
      env,
      inputs: { 'container-cli': tool },
      tools: { [tool]: 'real' },
    });
    expect(main).toMatchObject({ exitCode: 0, errors: [], warnings: [] });
    expect(filesWithLogins()).toEqual([file]);
    const post = await world.post(main);
    expect([post.exitCode, post.errors, filesWithLogins()]).toEqual([0, [], []]);
  });

  asUser('podman without XDG_RUNTIME_DIR is logged in and out (not as root)', async () => {
    const host = await world.registryHost();
    // No PATH: podman finds no credential helper of the machine.
    const env = { HOME: world.home };
    const userName = (): string =>
      execFileSync(findProgram('podman') ?? 'podman', ['login', '--get-login', host], {
        env,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    const main = await world.main({
      env: { ...world.podIdentityEnv(), XDG_RUNTIME_DIR: undefined },
      inputs: { 'container-cli': 'podman' },
      tools: { podman: 'real' },
    });
    expect([main.exitCode, main.errors, userName()]).toEqual([0, [], 'AWS\n']);
    const post = await world.post(main);
    expect([post.exitCode, post.errors]).toEqual([0, []]);
    expect(userName).toThrow('not logged into');
  });
});
