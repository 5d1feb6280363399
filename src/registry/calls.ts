import { Failure } from '../errors/failure.ts';
import type { RegistryEntry } from './host.ts';
import { partitionConflict } from './partition-conflict.ts';

/** A registry that the token of a call is for. */
export type Target = {
  /** Its place among all that the step logs in to. */
  readonly position: number;
  /** The account whose registry it is; absent for the default registry and for ECR Public. */
  readonly accountId?: string;
  /** The host to log in to; absent where ECR's answer is to name it. */
  readonly host?: string;
};

/** One call of GetAuthorizationToken, and what it is made for. */
export type TokenCall =
  | {
      readonly service: 'ecr';
      readonly region: string;
      readonly fips: boolean;
      readonly dualStack: boolean;
      /** Without it ECR answers for the registry of the account that signs. */
      readonly registryIds?: readonly string[];
      readonly targets: readonly Target[];
    }
  | { readonly service: 'ecr-public'; readonly dualStack: boolean; readonly targets: readonly Target[] };

/** ECR takes no more registry IDs in one call. */
const MOST_REGISTRY_IDS = 10;

/** Whether any of the registries is in the region of the step: those given by account ID, and the default one. */
export function needsRegion(entries: readonly RegistryEntry[]): boolean {
  return entries.length === 0 || entries.some(({ kind }) => kind === 'account');
}

/**
 * The calls that give a token for each of the registries: one for each service, region and endpoint variant, and of
 * those one for every ten accounts. No entries stand for the default registry.
 * `region` is the step's, and must be given where `needsRegion` says so.
 * Throws a Failure where the entries are of more than one AWS partition.
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

/** Gives a call to ECR its registry IDs, and makes more calls of it where they are too many for one. */
function inChunks(call: TokenCall): readonly TokenCall[] {
  if (call.service === 'ecr-public') return [call];
  const ids = [...new Set(call.targets.map(({ accountId }) => accountId))].filter((id) => id !== undefined);
  const chunks: TokenCall[] = [];
  for (let start = 0; start < ids.length; start += MOST_REGISTRY_IDS) {
    const registryIds = ids.slice(start, start + MOST_REGISTRY_IDS);
    const targets = call.targets.filter(({ accountId }) => registryIds.some((id) => id === accountId));
    chunks.push({ ...call, registryIds, targets });
  }
  return chunks;
}

function known(region: string | undefined): string {
  if (region === undefined) throw new Error('a registry in the region of the step was planned without one');
  return region;
}
