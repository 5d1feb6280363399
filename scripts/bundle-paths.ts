import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { STUBS } from './stubs.ts';

/** The parts of a package.json that say where its code is. */
interface Manifest {
  name: string;
  module?: string;
  exports?: Record<string, string | { module?: string }>;
}

/**
 * Says, for each package of which the bundle takes other code than node would, where that code is: the stubs,
 * and the AWS SDK's ES modules. Of those the bundler leaves out what is not used, and it makes a file of its own
 * of every part that the SDK loads on demand; of the SDK's CommonJS edition it can do neither.
 *
 * @param root - the root of the repository
 * @param base - the folder from which the paths are given
 * @param editions - packages of which the bundle takes an edition of its own, and its file
 * @returns `paths` as in a tsconfig.json
 */
export function bundlePaths(
  root: string,
  base: string,
  editions: ReadonlyArray<readonly [name: string, path: string]>,
): Record<string, string[]> {
  const from = (path: string): string[] => [relative(base, path).split(sep).join('/')];
  const stubs = Object.entries(STUBS).map(([name, path]) => [name, from(path)]);
  const modules = sdkPackages(root).flatMap((folder) =>
    esModules(folder).map(([name, path]) => [name, from(path)]),
  );
  const reduced = editions.map(([name, path]) => [name, from(path)]);
  return Object.fromEntries([...modules, ...stubs, ...reduced]);
}

/** The folders of the SDK's packages. */
function sdkPackages(root: string): string[] {
  const copies = globSync('node_modules/**/node_modules/{@aws-sdk,@smithy}/*', { cwd: root });
  if (copies.length > 0) {
    throw new Error(
      `More than one version of a package of the AWS SDK is installed; "npm dedupe" may help: ${copies.join(', ')}`,
    );
  }
  return globSync('node_modules/{@aws-sdk,@smithy}/*', { cwd: root })
    .sort()
    .map((name) => join(root, name));
}

/** Each name by which a package can be imported, and the ES module that it stands for. */
function esModules(folder: string): Array<[name: string, path: string]> {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const entries: Array<[string, string | undefined]> = [['.', manifest.module]];
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    entries.push([entry, typeof target === 'string' ? undefined : target.module]);
  }
  const found: Array<[string, string]> = [];
  for (const [entry, target] of entries) {
    if (target?.endsWith('.js') && existsSync(join(folder, target))) {
      found.push([`${manifest.name}${entry.slice(1)}`, join(folder, target)]);
    }
  }
  return found;
}
