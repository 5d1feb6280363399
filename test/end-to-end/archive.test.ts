import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { parse } from 'yaml';
import { archiveHead, git, unpack } from '../harness/archive.ts';
import { testReal } from '../harness/real-parts.ts';
import type { StepResult } from '../harness/runner.ts';
import { QUIET_SUCCESS, useWorld, world } from '../harness/use-world.ts';

useWorld();
const test = testReal('docker', 'git', 'tar', '.git');

/** Says in the title if the archive lacks changes, which the other tests run. */
function withoutChanges() {
  try {
    const changed = git('status', '--porcelain', '--', '.gitattributes', 'action.yml', 'dist');
    return changed.length > 0 ? ', without what is not committed,' : '';
  } catch {
    return '';
  }
}

async function expectSuccess(step: StepResult, isLoggedIn: boolean) {
  expect(step).toMatchObject(QUIET_SUCCESS);
  expect(await world.runnerMayPull()).toBe(isLoggedIn);
  expect(world.loggedIn()).toHaveLength(isLoggedIn ? 1 : 0);
}

test(`the archive of HEAD${withoutChanges()} has what a job needs, and works`, async () => {
  const folder = join(world.directory, 'unpacked');
  archiveHead(`${folder}.tar.gz`);
  unpack(`${folder}.tar.gz`, folder);
  const action = join(folder, 'action');
  expect(readdirSync(action).sort()).toEqual(['LICENSE', 'README.md', 'action.yml', 'dist']);

  const entries = readdirSync(action, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(files.length).toBeLessThanOrEqual(45);

  const { runs } = parse(readFileSync(join(action, 'action.yml'), 'utf8'));
  expect(runs).toMatchObject({ main: 'dist/index.js', post: 'dist/post/index.js' });

  const dist = join(action, 'dist');
  const env = world.podIdentityEnv();

  const main = await world.main({ env, dist });
  await expectSuccess(main, true);
  await expectSuccess(await world.post(main, { dist }), false);

  await expectSuccess(await world.hook('job-started', { env, dist }), true);
  await expectSuccess(await world.hook('job-completed', { dist }), false);
});
