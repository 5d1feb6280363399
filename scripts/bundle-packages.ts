import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { STUBS } from './stubs.ts';

const FOLDER = join(import.meta.dirname, 'stubs');
const NEVER_LOADED = join(FOLDER, 'never-loaded.js');
const SDK_STUBS = { bowser: NEVER_LOADED, '@smithy/core/event-streams': NEVER_LOADED };

/** Kinds of bodies that no request and no answer has here. node loads what is behind such a global where it is named. */
const NOT_HERE = { ReadableStream: 'undefined', Blob: 'undefined' };

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
    stubs: {
      ...SDK_STUBS,
      '@aws-sdk/credential-provider-node': join(FOLDER, 'credential-provider-node.js'),
    },
  },
  { modules: ['actions-core'], stubs: { ...STUBS, crypto: join(FOLDER, 'lazy-crypto.js') } },
  { modules: ['actions-io'], stubs: {} },
  { modules: ['job-summary'], stubs: STUBS },
  { modules: ['credential-chain', 'ecr-public', 'shared-config'], stubs: SDK_STUBS },
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

/** Where ECR's client enters the class of an error of its own into the list of all of them. */
const REGISTRATION = /^(?=n0_registry\.registerError\()/gm;

/**
 * ECR's client brings a class for every error of every operation, and makes them all when it is loaded. Of an error
 * without one the SDK makes the service's common class, with the same name, message and status: all that is asked for
 * here.
 */
const ecrErrors: Plugin = {
  name: 'ecr-errors',
  setup({ onLoad }) {
    onLoad({ filter: /client-ecr[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replaceAll(REGISTRATION, '/* @__PURE__ */ ');
      if (contents === text) throw new Error(`${path} registers no errors; the form of the SDK has changed.`);
      return { contents };
    });
  },
};

/**
 * Puts the packages into the compiled modules of src/packages, down to the single statement that is needed. ncc packs
 * modules whole, and those of the AWS SDK describe every operation of a service and every protocol.
 *
 * @param work - the folder of the compiled sources
 * @returns the paths of the files that something was taken from
 * @throws Error where a module of src/packages is in no group, or the SDK has another form than the one known here
 */
export async function inlinePackages(work: string): Promise<string[]> {
  const inGroups = GROUPS.flatMap(({ modules }) => modules.map((name) => `${name}.js`)).sort();
  const there = readdirSync(join(work, 'packages')).sort();
  if (there.join() !== inGroups.join()) {
    throw new Error(
      `src/packages has ${there.join(', ')}; the groups of the bundle have ${inGroups.join(', ')}.`,
    );
  }
  const used: string[] = [];
  for (const group of GROUPS) used.push(...(await inline(work, group)));
  return used;
}

async function inline(work: string, { modules, stubs }: Group): Promise<string[]> {
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
    define: NOT_HERE,
    plugins: [toolkit, ecrErrors],
    metafile: true,
    // A comment names where a file lay; the bundle must not tell.
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
  });
  return usedFiles(metafile).map((path) => join(work, path));
}

/** The files of which something is left, relative to the folder of the build. */
function usedFiles({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
}
