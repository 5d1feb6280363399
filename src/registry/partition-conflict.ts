import type { RegistryEntry } from './host.ts';
import { partitionOfRegion } from './partition.ts';

/** Where ECR Public is: the identities of other partitions cannot call it. */
const PUBLIC_PARTITION = 'aws';

/**
 * Why the entries cannot be logged in to by one step, if they cannot: an identity belongs to one AWS partition.
 * Account IDs say no partition; they count where the step's region is given.
 */
export function partitionConflict(entries: readonly RegistryEntry[], region?: string): string | undefined {
  const members = new Map<string, string[]>();
  for (const entry of entries) {
    const partition = partitionOf(entry, region);
    if (partition === undefined) continue;
    members.set(partition, [...(members.get(partition) ?? []), nameOf(entry, region)]);
  }
  if (members.size < 2) return undefined;
  const parts = [...members].map(([partition, names]) => `${partition}: ${names.join(', ')}`);
  return `the entries are of more than one AWS partition, and no identity has access to both; use a step for each (${parts.join('; ')})`;
}

function partitionOf(entry: RegistryEntry, region: string | undefined): string | undefined {
  if (entry.kind === 'public') return PUBLIC_PARTITION;
  const place = entry.kind === 'account' ? region : entry.region;
  return place === undefined ? undefined : partitionOfRegion(place).id;
}

function nameOf(entry: RegistryEntry, region: string | undefined): string {
  return entry.kind === 'account' ? `${entry.accountId} in ${region}` : entry.host;
}
