import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { transform } from 'esbuild';
import { getLicenseFileText } from 'generate-license-file';
import { type LockFile, refuseOtherLicences } from './allowed-licences.ts';
import { inlinePackages } from './bundle-packages.ts';

const ROOT = join(import.meta.dirname, '..');
/** For the intermediate JavaScript; not checked in. */
const LIB = join(ROOT, 'lib');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const NCC = join(ROOT, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js');

/** The entries, by the names of their modules, each with its folder in the bundle. */
const ENTRIES = [
  ['main', ''],
  ['post', 'post'],
  ['hook/job-started', 'hook/started'],
  ['hook/job-completed', 'hook/completed'],
] as const;

/** The scripts by which a runner starts the job hooks. */
const HOOK_SCRIPTS = ['job-started.sh', 'job-completed.sh'];

/** A file of the bundle and its size in bytes. */
export interface BundleFile {
  name: string;
  size: number;
}

/**
 * Builds the bundle of the action from src. Its bytes depend on the sources and the lock file only, not on the folder, the
 * machine or earlier builds.
 *
 * @param folder - for the bundle; emptied first
 * @returns its files, by name
 * @throws Error if the sources do not compile, a licence is not allowed, or the bundle contains a path of this machine
 */
export async function bundle(folder: string): Promise<BundleFile[]> {
  mkdirSync(LIB, { recursive: true });
  // ncc numbers modules by their path from here, so every build has a folder at the same depth.
  const work = mkdtempSync(join(LIB, 'build-'));
  try {
    run(TSC, ['--project', join(ROOT, 'tsconfig.build.json'), '--outDir', work], ROOT);
    await inlinePackages(work);
    const files = new Map<string, string>();
    for (const [entry, place] of ENTRIES) {
      const packed = await minified(pack(work, entry));
      for (const [name, text] of packed) files.set(posix.join(place, name), text);
    }
    for (const name of HOOK_SCRIPTS) {
      files.set(`hook/${name}`, readFileSync(join(ROOT, 'src', 'hook', name), 'utf8'));
    }
    files.set('licenses.txt', await licenceTexts());
    refuseLocalPaths(files);
    return replaceFolder(folder, files);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Packs a compiled entry with the packages that it uses. The result maps file names to texts. */
function pack(work: string, entry: string): Map<string, string> {
  const out = join(work, `packed-${entry.replace('/', '-')}`);
  const options = ['--no-cache', '--quiet', '--target', 'es2022', '--out', out];
  run(NCC, ['build', `${entry}.js`, ...options], work);
  return new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')]));
}

/** Minified, there is less to read and to compile in every job. */
async function minified(files: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const result = new Map<string, string>();
  for (const [name, text] of files) {
    result.set(name, name.endsWith('.js') ? await minify(text) : text);
  }
  return result;
}

async function minify(packed: string): Promise<string> {
  const { code } = await transform(packed, {
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    // All licences are in licenses.txt.
    legalComments: 'none',
  });
  return code;
}

/**
 * The licence texts of all runtime dependencies, direct and transitive.
 * Throws where one of them has a licence that is not allowed.
 */
function licenceTexts(): Promise<string> {
  refuseOtherLicences(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as LockFile);
  return getLicenseFileText(join(ROOT, 'package.json'), { lineEnding: 'lf' });
}

function refuseLocalPaths(files: ReadonlyMap<string, string>): void {
  for (const [name, text] of files) {
    if (text.includes(ROOT)) {
      throw new Error(`${name} of the bundle contains a path of this machine (${ROOT}).`);
    }
  }
}

function replaceFolder(folder: string, files: ReadonlyMap<string, string>): BundleFile[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return [...files.keys()].sort().map((name) => {
    const bytes = Buffer.from(files.get(name) ?? '');
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    // Whoever unpacks them runs them.
    writeFileSync(join(folder, name), bytes, { mode: name.endsWith('.sh') ? 0o755 : 0o644 });
    return { name, size: bytes.length };
  });
}

/** Runs a JavaScript program with this node and shows its output. Throws if it fails. */
function run(program: string, args: string[], cwd: string): void {
  const { status, error } = spawnSync(process.execPath, [program, ...args], { cwd, stdio: 'inherit' });
  if (status !== 0) {
    throw new Error(`${relative(ROOT, program)} failed.`, { cause: error });
  }
}
