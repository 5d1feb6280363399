import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { TOOLKIT_STUBS } from './stubs.ts';

const FOLDER = join(import.meta.dirname, 'stubs');

/** Modules of src/packages that are bundled together, with their shared code in chunks. */
interface Group {
  readonly modules: readonly string[];
  /** Packages, each with the file that stands in for it. */
  readonly stubs: Readonly<Record<string, string>>;
}

/**
 * What every job loads is bundled alone: otherwise its shared code would be in chunks with code that only the others need.
 * The price is that the bundle has such code twice.
 */
const GROUPS: readonly Group[] = [
  {
    modules: ['aws-sdk'],
    stubs: { '@aws-sdk/credential-provider-node': join(FOLDER, 'credential-provider-node.js') },
  },
  { modules: ['actions-core'], stubs: { ...TOOLKIT_STUBS, crypto: join(FOLDER, 'lazy-crypto.js') } },
  { modules: ['actions-io'], stubs: {} },
  { modules: ['job-summary'], stubs: TOOLKIT_STUBS },
  { modules: ['credential-chain', 'ecr-public', 'shared-config'], stubs: {} },
];

/** Tells esbuild that the toolkit's modules have no side effects when they are loaded: what is not used is left out. */
const toolkit: Plugin = {
  name: 'toolkit',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /./ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === toolkit || from.kind === 'entry-point') return undefined;
      const found = await resolve(path, { ...from, pluginData: toolkit });
      return /[\\/]@actions[\\/]/.test(found.path) ? { ...found, sideEffects: false } : found;
    });
  },
};

/**
 * Bundles the packages into the compiled modules of src/packages, without the statements that are not used. ncc packs whole
 * modules, and those of the AWS SDK describe every operation of a service and every protocol.
 *
 * @param work - the folder of the compiled sources
 * @throws Error where a module of src/packages is in no group, or a stub is no longer needed
 */
export async function inlinePackages(work: string): Promise<void> {
  const inGroups = GROUPS.flatMap(({ modules }) => modules.map((name) => `${name}.js`)).sort();
  const there = readdirSync(join(work, 'packages')).sort();
  if (there.join() !== inGroups.join()) {
    throw new Error(
      `src/packages has ${there.join(', ')}; the groups of the bundle have ${inGroups.join(', ')}.`,
    );
  }
  for (const group of GROUPS) refuseUnusedStubs(group, work, await inline(work, group));
}

/** Throws where a stub stands in for a package that nothing imports any more. */
function refuseUnusedStubs({ modules, stubs }: Group, work: string, { inputs }: Metafile): void {
  const read = new Set(Object.keys(inputs).map((name) => join(work, name)));
  const unused = Object.keys(stubs).filter((name) => !read.has(stubs[name] ?? ''));
  if (unused.length > 0) {
    throw new Error(`${modules.join(', ')} of src/packages no longer import ${unused.join(', ')}.`);
  }
}

async function inline(work: string, { modules, stubs }: Group): Promise<Metafile> {
  const folder = join(work, 'packages');
  const { metafile } = await build({
    entryPoints: modules.map((name) => join(folder, `${name}.js`)),
    outdir: folder,
    allowOverwrite: true,
    // The names of chunks are hashes of paths, which must not contain the folder of this build.
    absWorkingDir: work,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // ES modules: nothing of a CommonJS module can be left out.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    alias: { ...stubs },
    plugins: [toolkit],
    metafile: true,
    // All licences are in licenses.txt.
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
    // In packages it is not even a warning, and the bundle would fail where the import is used.
    logOverride: { 'import-is-undefined': 'error' },
  });
  return metafile;
}
