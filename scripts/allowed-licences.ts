/** The licences that a runtime dependency may have, as SPDX identifiers. */
const ALLOWED: ReadonlySet<unknown> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]);

/** The part of package-lock.json that is used here. */
export interface LockFile {
  /** The packages by their folders; the repository itself has an empty one. */
  readonly packages: Readonly<Record<string, { readonly license?: unknown; readonly dev?: boolean }>>;
}

/** Throws an Error that names each runtime dependency with a licence that is not allowed, or with none. */
export function refuseOtherLicences({ packages }: LockFile): void {
  const refused = Object.entries(packages)
    .filter(([folder, { license, dev }]) => folder !== '' && dev !== true && !ALLOWED.has(license))
    .map(([folder, { license }]) => `${folder}: ${JSON.stringify(license)}`);
  if (refused.length > 0)
    throw new Error(`Licences that are not allowed in the bundle: ${refused.join(', ')}`);
}
