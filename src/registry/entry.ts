import { singleLine } from '../runner/safe-text.ts';
import { PUBLIC_DUAL_STACK_HOST, PUBLIC_HOST, parsePrivateHost, type RegistryEntry } from './host.ts';
import { lexicalProblem } from './misspelling.ts';
import { partitionConflict } from './partition-conflict.ts';

/** ECR Public, as `registry-type: public` asks for it. */
export const PUBLIC_ENTRY: RegistryEntry = { kind: 'public', host: PUBLIC_HOST, dualStack: false };

/** The entries in their order, without repeats, and a reason for each that cannot be used. */
export type ParsedRegistries = {
  readonly entries: readonly RegistryEntry[];
  readonly problems: readonly string[];
};

/**
 * Reads the list of the `registries` input: account IDs, registry hosts and image URIs, between commas or line breaks
 * or both. Spaces around an entry, empty entries and repeats are harmless.
 */
export function parseRegistries(text: string): ParsedRegistries {
  const written = text.split(/[,\r\n]+/).map((part) => part.trim());
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

/** An account ID; or a host, `https://` and a path, tag or digest being left out. A string is the reason why neither. */
function parseEntry(text: string): RegistryEntry | string {
  if (/^\d{12}$/.test(text)) return { kind: 'account', accountId: text };
  const problem = lexicalProblem(text);
  if (problem !== undefined) return problem;

  const address = text.replace(/^https:\/\//i, '');
  const host = address.replace(/\/.*$/, '');
  const known = parseHost(host);
  if (typeof known === 'string') return known;
  return isImagePath(address.slice(host.length))
    ? known
    : 'has something behind its host that is no repository path, tag or digest';
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

/** What may follow a host in an image URI. It is not used, but where it is no such thing the entry is a mistake. */
function isImagePath(path: string): boolean {
  return /^(?:\/[\w./-]*(?::\w[\w.-]{0,127})?(?:@[a-z0-9.+_-]+:[0-9a-f]{32,128})?)?$/i.test(path);
}
