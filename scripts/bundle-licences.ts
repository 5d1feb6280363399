import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The licences that a bundled package may have, as SPDX expressions. */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]);

const LICENCE_FILE = /^(licen[cs]e|notice|copying)(\.|-|$)/i;

/** What the bundler's statistics say about a module. */
interface BundledModule {
  nameForCondition?: string | null;
  /** The files of the bundle that hold it; a module that was left out has none. */
  chunks?: unknown[];
  /** The modules that were joined to make this one. */
  modules?: BundledModule[];
}

/** The part of the bundler's statistics that is used here. */
export interface BundleStats {
  modules: BundledModule[];
}

/** A bundled package and its terms. */
interface Licensed {
  /** Name, version and licence, as they are printed. */
  title: string;
  licence: string;
  /** The licence's text; empty where the package brings none. */
  text: string;
}

/**
 * Writes down under which terms the bundled packages may be used.
 *
 * @param files - the paths of the files of which something is in the bundle
 * @returns the name, version and licence of every package of which something is in the bundle, followed by the
 *   text of the licence; packages with the same text stand together over it
 * @throws Error where a package has a licence that is not an allowed one, or nothing brings its text
 */
export function licenceTexts(files: readonly string[]): string {
  const folders = new Set(files.map(packageFolder).filter((folder) => folder !== undefined));
  const packages = [...folders].map(licensed);
  if (packages.length === 0) {
    throw new Error(
      "No bundled file is one of a package; the form of the bundler's statistics may have changed.",
    );
  }
  return [...Map.groupBy(packages, ({ text, licence }) => text || noText(licence, packages))]
    .map(
      ([text, group]) =>
        `${group
          .map(({ title }) => title)
          .sort()
          .join('\n')}\n\n${text}\n`,
    )
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** What stands in the place of a text that a package does not bring. */
function noText(licence: string, packages: readonly Licensed[]): string {
  if (!packages.some((other) => other.licence === licence && other.text !== '')) {
    throw new Error(`No bundled package brings the text of the licence ${licence}.`);
  }
  return `These packages bring no text of their own. Their terms are ${licence}, as printed with other packages here.`;
}

/**
 * @param stats - the bundler's statistics
 * @returns the paths of the files of which something is in the bundle
 */
export function packedFiles(stats: BundleStats): string[] {
  const files: string[] = [];
  const visit = ({ nameForCondition, modules = [] }: BundledModule): void => {
    if (nameForCondition) files.push(nameForCondition);
    modules.forEach(visit);
  };
  stats.modules.filter(({ chunks = [] }) => chunks.length > 0).forEach(visit);
  return files;
}

/** The folder of the package that a file belongs to; none where it is one of our own. */
function packageFolder(path: string): string | undefined {
  const parts = path.split(sep);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) {
    return undefined;
  }
  const length = parts[at + 1]?.startsWith('@') ? 3 : 2;
  return parts.slice(0, at + length).join(sep);
}

function licensed(folder: string): Licensed {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: unknown;
  };
  const { name, version, license } = manifest;
  if (typeof license !== 'string' || !ALLOWED.has(license)) {
    throw new Error(
      `${name} ${version} has the licence ${JSON.stringify(license)}, which is not allowed here.`,
    );
  }
  const text = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n');
  return { title: `${name} ${version} (${license})`, licence: license, text };
}
