import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { TOOLKIT_STUBS } from './stubs.ts';

const FOLDER = join(import.meta.dirname, 'stubs');

/** Modules of src/packages that are made together and share what they have in common, and what they go without. */
interface Group {
  readonly modules: readonly string[];
  /** Packages, each with the file that stands in for it. */
  readonly stubs: Readonly<Record<string, string>>;
}

/**
 * What every job loads is made by itself: else what it has in common with the rest would lie in files of its own, with
 * what only the rest needs of them. The bundle has such code twice.
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

/**
 * The toolkit's modules do nothing when they are loaded, which esbuild cannot know: what is not used of them can go.
 */
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
 * Puts the packages into the compiled modules of src/packages, down to the single statement that is needed. ncc packs
 * modules whole, and those of the AWS SDK describe every operation of a service and every protocol.
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

/** A stub for a package that nothing imports any more is one that nobody would take out. */
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
    // The names of chunks come from paths, which must not hold that of the folder of this build.
    absWorkingDir: work,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // The ES modules: of CommonJS nothing can be left out.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    alias: { ...stubs },
    plugins: [toolkit],
    metafile: true,
    // A comment names where a file lay; the bundle must not tell.
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
    // In packages it is not even a warning, and the bundle would fail where the name is used.
    logOverride: { 'import-is-undefined': 'error' },
  });
  return metafile;
}
