import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Writes a release's hash into the examples: `node scripts/pin-examples.ts owner/repository commit v1.2.3`.

/** What stands in the examples for the commit hash until the first release has one. */
export const PLACEHOLDER_COMMIT = 'COMMIT_HASH';

/** A `uses:` line of this action, under any owner: owner, what is behind the `@`, and the comment. */
const USE = /(\buses: *)([\w.-]+)\/ecr-pod-identity-login@(\S+)( *# *\S+)?/g;

/** One `uses:` line of this action. */
export type Use = { readonly reference: string; readonly comment: string };

/** Every `uses:` line of this action in a text. */
export function usesOfThisAction(text: string): Use[] {
  return [...text.matchAll(USE)].map(([, , , reference = '', comment = '']) => ({
    reference,
    comment: comment.replace(/^ *# */, ''),
  }));
}

/**
 * The text with every `uses:` line of this action pinned to a commit, its version in the comment, and with the owner's
 * name where the placeholder for it stands.
 */
export function pinned(text: string, repository: string, commit: string, tag: string): string {
  return text
    .replace(USE, `$1${repository}@${commit} # ${tag}`)
    .replaceAll('OWNER/ecr-pod-identity-login', repository);
}

/** The files that show how to use the action: README.md, and what is in docs/ and examples/. */
export function filesWithExamples(root: string): string[] {
  const below = ['docs', 'examples'].flatMap((folder) => {
    try {
      return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      );
    } catch {
      return []; // The folder is not there.
    }
  });
  return ['README.md', ...below.filter((name) => /\.(md|ya?ml)$/.test(name)).sort()];
}

if (import.meta.filename === process.argv[1]) {
  const [repository = '', commit = '', tag = ''] = process.argv.slice(2);
  const right =
    /^[\w.-]+\/[\w.-]+$/.test(repository) && /^[0-9a-f]{40}$/.test(commit) && /^v\d+\.\d+\.\d+$/.test(tag);
  if (!right) throw new Error('Usage: node scripts/pin-examples.ts owner/repository commit v1.2.3');
  for (const file of filesWithExamples('.')) {
    const text = readFileSync(file, 'utf8');
    const next = pinned(text, repository, commit, tag);
    if (next !== text) writeFileSync(file, next);
  }
}
