import { basename } from 'node:path';
import { PRODUCT } from '../../runner/product.ts';

/** The name of a directory for a job's own configuration. `random`, 16 bytes, is what makes it hard to guess. */
export function jobDirectoryName(random: Buffer): string {
  return `${PRODUCT.name}-${random.toString('hex')}`;
}

/** Whether a path has a name that this action gives to such a directory. */
export function isJobDirectory(path: string): boolean {
  const name = basename(path);
  return name.startsWith(`${PRODUCT.name}-`) && /^[0-9a-f]{32}$/.test(name.slice(PRODUCT.name.length + 1));
}
