import { join, resolve } from 'node:path';

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

/** The file that a stage of the action starts from: the built bundle, or what ACTION_ENTRY names. */
export function actionEntry(): string {
  return resolve(repository, process.env['ACTION_ENTRY'] ?? join('dist', 'index.js'));
}
