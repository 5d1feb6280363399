/**
 * Builds the action: `node scripts/build.ts [folder]`; without a folder, dist as it is checked in. Its bytes depend on the
 * sources and the lock file only, not on the folder, the machine or earlier builds.
 */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Metafile, type Plugin, transform } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const NCC = join(ROOT, 'node_modules/@vercel/ncc/dist/ncc/cli.js');
const dist = resolve(process.argv[2] ?? join(ROOT, 'dist'));

/** The entries, each with its folder in dist. */
const ENTRIES = { main: '', post: 'post' };

/** Licenses that a package of the bundle may have, as SPDX identifiers. */
const ALLOWED_LICENSES = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** What stands in for parts of packages: who imports the part, and the file of scripts/stubs. */
const STUBS = [
  {
    module: /^@aws-sdk\/credential-provider-node$/,
    from: /client-ecr/,
    stub: 'credential-provider-node.js',
  },
  {
    module: /^@actions\/http-client(\/lib\/auth)?$/,
    from: /@actions.core/,
    stub: 'http-client.js',
  },
  { module: /^crypto$/, from: /@actions.core/, stub: 'lazy-crypto.js' },
  { module: /^@actions\/io$/, from: /./, stub: 'io.js' },
];

const stubs: Plugin = {
  name: 'stubs',
  setup({ onResolve }) {
    for (const { module, from, stub } of STUBS) {
      const path = join(ROOT, 'scripts', 'stubs', stub);

      onResolve({ filter: module }, ({ importer }) => {
        return from.test(importer) ? { path } : undefined;
      });
    }
  },
};

/** Bundles an entry without the statements that are not used: ncc packs whole modules. */
async function bundle(entry: string, outdir: string, external: string[] = []): Promise<Metafile> {
  const { version } = readPackage(ROOT);

  const { metafile } = await build({
    entryPoints: [`src/${entry}.ts`],
    outdir,
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',

    // ES modules: nothing of a CommonJS module can be left out.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    plugins: [stubs],
    external,

    define: { 'process.env.npm_package_version': JSON.stringify(version) },
    metafile: true,
    legalComments: 'none',
    minifySyntax: true,

    logLevel: 'warning',
    // In packages it is not even a warning, and the bundle would fail when it uses the import.
    logOverride: { 'import-is-undefined': 'error' },
  });

  return metafile;
}

/**
 * Packs a bundled entry with the CommonJS packages. Minified, there is less to load in every job.
 *
 * esbuild alone makes a slower step: it splits what every main step loads into 15 files, where ncc makes one. In three
 * series on two busy cores, with node 24.21, the median main step took 151 to 156 ms (the bare script of the bench 105 to
 * 114); in the chunks of esbuild alone it took 18 to 27 ms more, as its single CommonJS file 30 to 39.
 */
async function pack(entry: string, folder: string, out: string) {
  const args = [
    'build',
    `${entry}.js`,
    '--no-cache',
    '--quiet',
    '--target',
    'es2022',
    '--out',
    out,
  ];
  const options: SpawnSyncOptions = { cwd: folder, stdio: 'inherit' };
  const { status, error } = spawnSync(process.execPath, [NCC, ...args], options);
  if (status !== 0) throw new Error('ncc failed.', { cause: error });

  for (const file of fs.globSync(join(out, '*.js'))) await minify(file);
}

async function minify(file: string) {
  const { code } = await transform(fs.readFileSync(file, 'utf8'), {
    target: 'node24',
    minify: true,
    legalComments: 'none',
  });
  if (code.includes(ROOT)) throw new Error(`${file} contains a path of this machine.`);

  fs.writeFileSync(file, code);
}

/** Names the CommonJS packages. esbuild's ES modules cannot require() what node has built in; those of ncc can. */
function commonJsPackages({ inputs }: Metafile) {
  const files = Object.keys(inputs).filter((file) => inputs[file]?.format === 'cjs');

  return packageFolders(files).map((folder) => folder.replace('node_modules/', ''));
}

/** The files whose code is in the bundle. */
function bundledFiles({ outputs }: Metafile) {
  const inputsOfAll = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const used = inputsOfAll.filter(([, { bytesInOutput }]) => bytesInOutput > 0);

  return used.map(([file]) => file);
}

/** The folders, from the root, of the packages that these files belong to. */
function packageFolders(files: readonly string[]) {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);

  return [...new Set(folders)].sort();
}

type Package = {
  name: string;
  version: string;
  license?: string;
};

function readPackage(folder: string): Package {
  return JSON.parse(fs.readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** The license texts of the packages that these files belong to. Throws an Error if a license is not allowed. */
function licenseTexts(files: readonly string[]) {
  const packagesOfText = new Map<string, string[]>();

  for (const name of packageFolders(files)) {
    const folder = join(ROOT, name);
    const text = licenseFile(folder);
    packagesOfText.set(text, [...(packagesOfText.get(text) ?? []), titleOf(folder)]);
  }

  const parts = [...packagesOfText].map(([text, packages]) => {
    return `${packages.join('\n')}\n\n${text}`.trim();
  });
  const line = '-'.repeat(80);
  return `${parts.join(`\n\n${line}\n\n`)}\n`.replaceAll('\r\n', '\n');
}

/** The text of a package's license. Some packages of the AWS SDK have none, but their license is that of the others. */
function licenseFile(folder: string) {
  const [file] = fs.globSync('{LICEN[CS]E,licen[cs]e}*', { cwd: folder });
  if (file === undefined) return '';

  return fs.readFileSync(join(folder, file), 'utf8').trim();
}

function titleOf(folder: string) {
  const { name, version, license = 'none' } = readPackage(folder);

  if (!ALLOWED_LICENSES.includes(license)) {
    throw new Error(`The license of ${name} is not allowed: ${license}`);
  }
  return `${name} ${version} (${license})`;
}

fs.mkdirSync(join(ROOT, 'lib'), { recursive: true });
// ncc numbers modules by their path from here, so every build has a folder at the same depth.
const work = fs.mkdtempSync(join(ROOT, 'lib', 'build-'));
process.on('exit', () => fs.rmSync(work, { recursive: true }));
fs.rmSync(dist, { recursive: true, force: true });

const files: string[] = [];
for (const [entry, place] of Object.entries(ENTRIES)) {
  const whole = await bundle(entry, join(work, 'whole'));
  files.push(...bundledFiles(whole));

  await bundle(entry, join(work, entry), commonJsPackages(whole));
  await pack(entry, join(work, entry), join(dist, place));
}
fs.writeFileSync(join(dist, 'licenses.txt'), licenseTexts(files));

fs.cpSync(join(ROOT, 'src', 'hook'), join(dist, 'hook'), { recursive: true });
for (const script of fs.globSync(join(dist, 'hook', '*'))) fs.chmodSync(script, 0o755);
