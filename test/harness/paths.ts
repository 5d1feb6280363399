import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The folder of this repository. */
export const repository = resolve(import.meta.dirname, '..', '..');

/** The folder of the harness. */
export const harness = join(repository, 'test', 'harness');

/** The action's description. */
export const actionFile = join(repository, 'action.yml');

/** The node that npm installed here, which is the one that action.yml names. */
export const nodeBinary = join(
  repository,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** What the runner starts: the two steps of the action, and the two job hooks. */
export type Stage = 'main' | 'post' | 'job-started' | 'job-completed';

/**
 * The file that a stage of the action starts from: the built bundle, or what ACTION_ENTRY names. Post is in the folder
 * `post` beside main; an entry without one, as tests of the harness use, is both.
 */
export function actionEntry(stage: 'main' | 'post' = 'main'): string {
  const main = resolve(repository, process.env['ACTION_ENTRY'] ?? join('dist', 'index.js'));
  const post = join(dirname(main), 'post', 'index.js');
  return stage === 'post' && existsSync(post) ? post : main;
}

/** The script of a job hook, as the runner's variable names it. */
export function hookScript(stage: 'job-started' | 'job-completed'): string {
  return join(dirname(actionEntry()), 'hook', `${stage}.sh`);
}
