import { singleLine } from '../safe-text.ts';

/** One registry that the user asks for. */
export type RegistryEntry = { readonly kind: 'account'; readonly accountId: string };

/** The entries in their order, without repeats, and a reason for each that cannot be used. */
export type ParsedRegistries = {
  readonly entries: readonly RegistryEntry[];
  readonly problems: readonly string[];
};

/**
 * Reads the list of the `registries` input: 12-digit account IDs between commas or line breaks; spaces, empty
 * entries and repeats are harmless.
 */
export function parseRegistries(text: string): ParsedRegistries {
  const written = text.split(/[,\r\n]+/).map((part) => part.trim());
  const unique = [...new Set(written.filter((part) => part !== ''))];
  const entries: RegistryEntry[] = [];
  const problems: string[] = [];
  for (const part of unique) {
    if (/^\d{12}$/.test(part)) entries.push({ kind: 'account', accountId: part });
    else problems.push(`'${singleLine(part)}' is not a 12-digit account ID`);
  }
  return { entries, problems };
}
