import { singleLine } from '../runner/safe-text.ts';
import {
  isAccountId,
  PUBLIC_DUAL_STACK_HOST,
  PUBLIC_HOST,
  parsePrivateHost,
  type RegistryEntry,
} from './host.ts';
import { lexicalProblem } from './misspelling.ts';
import { partitionConflict } from './partition-conflict.ts';

/** ECR Public, for `registry-type: public`. */
export const PUBLIC_ENTRY: RegistryEntry = { kind: 'public', host: PUBLIC_HOST, dualStack: false };

/** The entries in order, without duplicates, and a reason for each that is invalid. */
export type ParsedRegistries = {
  readonly entries: readonly RegistryEntry[];
  readonly problems: readonly string[];
};

/**
 * Parses input `registries`: account IDs, registry hosts and image URIs, separated by commas or line breaks. Spaces
 * around an entry, empty entries and duplicates are ignored.
 */
export function parseRegistries(text: string): ParsedRegistries {
  const written = text.split(/[,\r\n]/).map((part) => part.trim());
  const entries = new Map<string, RegistryEntry>();
  const problems = new Set<string>();
  for (const part of written) {
    if (part === '') continue;
    const parsed = parseEntry(part);
    if (typeof parsed === 'string') problems.add(`'${singleLine(part)}' ${parsed}`);
    else entries.set(parsed.kind === 'account' ? parsed.accountId : parsed.host, parsed);
  }
  const unique = [...entries.values()];
  const conflict = partitionConflict(unique);
  return { entries: unique, problems: conflict === undefined ? [...problems] : [...problems, conflict] };
}

/** An account ID, or a host with `https://`, path, tag and digest removed. A string is the reason why it is neither. */
function parseEntry(text: string): RegistryEntry | string {
  if (isAccountId(text)) return { kind: 'account', accountId: text };
  const problem = lexicalProblem(text);
  if (problem !== undefined) return problem;

  const address = text.replace(/^https:\/\//i, '');
  const host = address.replace(/\/.*/, '');
  const known = parseHost(host);
  if (typeof known === 'string') return known;
  return isImagePath(address.slice(host.length))
    ? known
    : 'has something behind its host that is not a repository path, tag or digest';
}

function parseHost(host: string): RegistryEntry | string {
  const name = host.toLowerCase();
  if (name === PUBLIC_HOST || name === PUBLIC_DUAL_STACK_HOST) {
    return { kind: 'public', host, dualStack: name === PUBLIC_DUAL_STACK_HOST };
  }
  if (host.includes('@')) return "has an '@' in its host";
  if (host.includes(':')) return 'has a port, or a tag with no repository before it';
  const parsed = parsePrivateHost(host);
  return typeof parsed === 'string' ? parsed : { kind: 'private', host, ...parsed };
}

/** What may follow a host in an image URI. It is not used, but anything else there is a mistake. */
function isImagePath(path: string): boolean {
  return /^(?:\/[\w./-]*(?::\w[\w.-]{0,127})?(?:@[a-z0-9.+_-]+:[0-9a-f]{32,128})?)?$/i.test(path);
}
