import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What the action uses of the clients, each of which describes every operation of its service. */
const USED: Readonly<Record<string, readonly string[]>> = {
  '@aws-sdk/client-ecr': ['ECRClient', 'GetAuthorizationTokenCommand'],
  '@aws-sdk/client-ecr-public': ['ECRPUBLICClient', 'GetAuthorizationTokenCommand'],
};

/**
 * Makes an edition of each service client that holds only what the action uses: ncc packs a module whole, and the
 * shapes of all operations are one module of 67 kB, which every job would read and compile.
 *
 * @param root - the root of the repository
 * @param work - takes the editions, as packages of their own with their licences, so that these are found there
 * @returns the name of each package, and the file that stands in for it
 */
export async function reducedClients(
  root: string,
  work: string,
): Promise<Array<[name: string, path: string]>> {
  const made: Array<[string, string]> = [];
  for (const [name, used] of Object.entries(USED)) {
    const folder = join(work, 'clients', 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    for (const file of ['package.json', 'LICENSE']) {
      copyFileSync(join(root, 'node_modules', name, file), join(folder, file));
    }
    const outfile = join(folder, 'reduced.mjs');
    const entry = join(root, 'node_modules', name, 'dist-es', 'index.js');
    const contents = `export { ${used.join(', ')} } from ${JSON.stringify(entry)};`;
    const stdin = { contents, resolveDir: root };
    await build({
      stdin,
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      // Other packages stay imports, so that both clients share them. An entry by its path is none.
      packages: 'external',
      // A comment names where a file lay; the bundle must not tell.
      legalComments: 'none',
      minifyWhitespace: true,
      logLevel: 'warning',
    });
    made.push([name, outfile]);
  }
  return made;
}
