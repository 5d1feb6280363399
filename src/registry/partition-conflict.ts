import type { RegistryEntry } from './host.ts';
import { partitionOfRegion } from './partition.ts';

/** The partition of ECR Public: identities of other partitions cannot call it. */
const PUBLIC_PARTITION = 'aws';

/**
 * Why one step cannot log in to all entries: an identity belongs to one AWS partition. Undefined where it can.
 * An account ID belongs to the partition of the step's region, and is not counted where that is unknown.
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
