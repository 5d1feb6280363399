import type { RegistryEntry } from './entry.ts';

/** The registry of ECR Public, the same everywhere. */
export const PUBLIC_REGISTRY = 'public.ecr.aws';

/** One call of GetAuthorizationToken. */
export type TokenCall =
  /** ECR; without IDs it answers for the registry of the account that signs. */
  | { readonly service: 'ecr'; readonly registryIds?: readonly string[] }
  /** ECR Public, which has one registry. */
  | { readonly service: 'ecr-public'; readonly registry: string };

/** The calls that give a token for each of the registries asked for. */
export function planCalls(
  type: 'private' | 'public',
  entries: readonly RegistryEntry[],
): readonly TokenCall[] {
  if (type === 'public') return [{ service: 'ecr-public', registry: PUBLIC_REGISTRY }];
  if (entries.length === 0) return [{ service: 'ecr' }];
  return [{ service: 'ecr', registryIds: entries.map((entry) => entry.accountId) }];
}
