import { Failure } from '../errors/failure.ts';
import type { RegistryEntry } from './host.ts';
import { partitionConflict } from './partition-conflict.ts';

/** A registry that a call returns a token for. */
export type Target = {
  /** Its position in the list of all registries of the step. */
  readonly position: number;
  /** The account whose registry it is; absent for the default registry and for ECR Public. */
  readonly accountId?: string;
  /** The host to log in to; absent where ECR's response names it. */
  readonly host?: string;
};

/** One call of GetAuthorizationToken, and the registries that it is for. */
export type TokenCall =
  | {
      readonly service: 'ecr';
      readonly region: string;
      readonly fips: boolean;
      readonly dualStack: boolean;
      /** Without it ECR returns the registry of the caller account. */
      readonly registryIds?: readonly string[];
      readonly targets: readonly Target[];
    }
  | { readonly service: 'ecr-public'; readonly dualStack: boolean; readonly targets: readonly Target[] };

/** ECR accepts no more registry IDs in one call. */
const MAX_REGISTRY_IDS = 10;

/** Whether any registry is in the region of the step: the default one is, and those given by account ID. */
export function needsRegion(entries: readonly RegistryEntry[]): boolean {
  return entries.length === 0 || entries.some(({ kind }) => kind === 'account');
}

/**
 * The calls that return a token for each registry: one for each service, region and endpoint variant, split where there
 * are more than ten accounts. An empty list means the default registry.
 * Throws a Failure where the entries are of more than one AWS partition.
 *
 * @param region the region of the step; required where `needsRegion` returns true
 */
export function planCalls(
  entries: readonly RegistryEntry[],
  region: string | undefined,
): readonly TokenCall[] {
  const conflict = partitionConflict(entries, region);
  if (conflict !== undefined) throw new Failure({ what: `Input 'registries': ${conflict}.` });
  if (entries.length === 0) {
    const place = { region: known(region), fips: false, dualStack: false };
    return [{ service: 'ecr', ...place, targets: [{ position: 0 }] }];
  }
  const groups = new Map<string, TokenCall>();
  entries.forEach((entry, position) => {
    const call = callFor(entry, position, region);
    const { targets, ...endpoint } = call;
    const key = JSON.stringify(endpoint);
    const earlier = groups.get(key)?.targets ?? [];
    groups.set(key, { ...call, targets: [...earlier, ...targets] });
  });
  return [...groups.values()].flatMap(inChunks);
}

function callFor(entry: RegistryEntry, position: number, region: string | undefined): TokenCall {
  if (entry.kind === 'public') {
    const { host, dualStack } = entry;
    return { service: 'ecr-public', dualStack, targets: [{ position, host }] };
  }
  const { accountId } = entry;
  if (entry.kind === 'account') {
    const place = { region: known(region), fips: false, dualStack: false };
    return { service: 'ecr', ...place, targets: [{ position, accountId }] };
  }
  const { fips, dualStack, host } = entry;
  return { service: 'ecr', region: entry.region, fips, dualStack, targets: [{ position, accountId, host }] };
}

/** Gives a call to ECR its registry IDs, and splits it where they are too many for one. */
function inChunks(call: TokenCall): readonly TokenCall[] {
  if (call.service === 'ecr-public') return [call];
  const ids = [...new Set(call.targets.flatMap(({ accountId }) => accountId ?? []))];
  const chunks: TokenCall[] = [];
  for (let start = 0; start < ids.length; start += MAX_REGISTRY_IDS) {
    const registryIds = ids.slice(start, start + MAX_REGISTRY_IDS);
    const targets = call.targets.filter(({ accountId }) => registryIds.some((id) => id === accountId));
    chunks.push({ ...call, registryIds, targets });
  }
  return chunks;
}

function known(region: string | undefined): string {
  if (region === undefined) throw new Error('A call in the region of the step needs that region.');
  return region;
}
