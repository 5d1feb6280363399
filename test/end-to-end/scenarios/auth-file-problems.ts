import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../harness/namespace.ts';

/** What is wrong with the directory that DOCKER_CONFIG names. */
export type Problem = 'read-only' | 'full' | 'mounted file' | 'names the file' | 'is a file' | 'invalid';

/** For each tool, the error of the step, and whether post leaves the file as it was. */
export type AuthFileProblemsSeen = Record<string, { error: string; isUnchanged?: boolean }>;

const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
/** A file with an earlier login to the same registry. */
const EARLIER = JSON.stringify({ auths: { [HOST]: { auth: 'ZWFybGllcjpsb2dpbg==' } } });

const mounted: string[] = [];

/** Mounts something at a path, which is the last argument. */
function mount(...args: string[]): void {
  execFileSync('mount', args);
  mounted.push(args.at(-1) ?? '');
}

/** Makes the problem below a folder; returns the value of DOCKER_CONFIG. */
function make(problem: Problem, folder: string): string {
  const file = join(folder, 'config.json');
  mkdirSync(folder, { mode: 0o700 });
  switch (problem) {
    case 'read-only':
      mount('-t', 'tmpfs', 'tmpfs', folder);
      writeFileSync(file, '{}', { mode: 0o600 });
      execFileSync('mount', ['-o', 'remount,ro', folder]);
      return folder;
    case 'full':
      mount('-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', folder);
      writeFileSync(file, EARLIER, { mode: 0o600 });
      writeFileSync(join(folder, 'rest'), 'x'.repeat(4096));
      return folder;
    case 'mounted file':
      writeFileSync(`${folder}.json`, '{}', { mode: 0o600 });
      writeFileSync(file, '{}', { mode: 0o600 });
      mount('--bind', `${folder}.json`, file);
      return folder;
    case 'names the file':
      writeFileSync(file, '{}', { mode: 0o600 });
      return file;
    case 'is a file':
      writeFileSync(join(folder, '.docker'), '');
      return join(folder, '.docker');
    case 'invalid':
      writeFileSync(file, '{"auths":{},}', { mode: 0o600 });
      return folder;
  }
}

/** Logs each tool in where the problem is. */
const authFileProblems: Scenario<{ problem: Problem; tools: string[] }, AuthFileProblemsSeen> = async (
  world,
  { problem, tools },
) => {
  const seen: AuthFileProblemsSeen = {};
  for (const tool of tools) {
    const main = await world.main({
      env: {
        ...world.podIdentityEnv(),
        DOCKER_CONFIG: make(problem, join(world.directory, `${tool}-config`)),
        PODMAN_IGNORE_CGROUPSV1_WARNING: '1',
      },
      inputs: { 'container-cli': tool },
      tools: tool === 'config-file' ? {} : { [tool]: 'real' },
    });
    seen[tool] = { error: `${main.exitCode} ${main.errors.join('\n')}` };
    if (problem === 'full') {
      const folder = main.options.env['DOCKER_CONFIG'] ?? '';
      // Post could remove the earlier login now.
      rmSync(join(folder, 'rest'));
      await world.post(main);
      const file = join(folder, 'config.json');
      seen[tool].isUnchanged = readFileSync(file, 'utf8') === EARLIER;
    }
    for (const path of mounted.splice(0)) execFileSync('umount', [path]);
  }
  return seen;
};

export default authFileProblems;
