import { singleLine } from '../runner/log.ts';

/** One registry of the input. */
export type RegistryEntry =
  /** The registry of the caller account, in the region of the step. */
  | { kind: 'default' }
  /** The registry of an account, in the region of the step. */
  | { kind: 'account'; accountId: string }
  /** A private registry by its host, as written: container clients keep logins under that name. */
  | ({ kind: 'private'; host: string } & PrivateHost)
  /** ECR Public, by its host as written. */
  | ({ kind: 'public'; host: string } & Endpoint);

type Endpoint = {
  region: string;
  fips: boolean;
  dualStack: boolean;
};

type PrivateHost = Endpoint & { accountId: string };

/**
 * A call of GetAuthorizationToken. Its token is for all registries of a region that the caller may
 * use.
 */
export type TokenCall = Endpoint & {
  service: 'ecr' | 'ecr-public';
  /** The registries that it is made for. */
  entries: RegistryEntry[];
};

export const PUBLIC_HOST = 'public.ecr.aws';
const PUBLIC_DUAL_STACK_HOST = 'ecr-public.aws.com';
/** ECR Public's API is in this region only. */
const PUBLIC_REGION = 'us-east-1';

/**
 * In all partitions, as AWS's credential helper for ECR and kubelet's credential provider accept
 * them.
 */
const SUFFIXES = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'sc2s.sgov.gov',
  'c2s.ic.gov',
  'cloud.adc-e.uk',
  'csp.hci.ic.gov',
];
const DUAL_STACK_SUFFIXES = ['on.aws', 'on.amazonwebservices.com.cn'];

const PRIVATE_HOST = /^(\d{12})\.(dkr\.ecr|dkr-ecr)(-fips)?\.([a-z\d-]+)\.([a-z\d.-]+)$/;

/** The form of a region name, such as `eu-west-1` or `us-gov-east-1`, as it is in a host. */
const REGION = /^(?!fips)[a-z]{2,4}(?:-[a-z]{2,12}){1,2}-\d{1,2}$/;

/**
 * Whether a text has the form of a region name. The SDK also takes `fips-us-east-1` and its like,
 * for the FIPS endpoint.
 */
export const isRegionName = (text: string) =>
  REGION.test(text.replace(/^fips-(?:dkr-|prod-)?|-fips$/, ''));

/**
 * The parts of a private registry's host, in any case; undefined if it is not a host of Amazon ECR.
 */
export function parsePrivateHost(host: string): PrivateHost | undefined {
  const parts = PRIVATE_HOST.exec(host.toLowerCase()) ?? [];
  const [, accountId = '', service, fips, region = '', suffix = ''] = parts;

  const dualStack = service === 'dkr-ecr';
  const suffixes = dualStack ? DUAL_STACK_SUFFIXES : SUFFIXES;
  if (!REGION.test(region) || !suffixes.includes(suffix)) return undefined;

  return {
    accountId,
    region,
    fips: fips !== undefined,
    dualStack,
  };
}

/** Why a word is not an account ID; undefined if it is one. */
export function accountIdProblem(word: string) {
  if (/^\d{12}$/.test(word)) return undefined;
  if (!/^\d+$/.test(word)) return 'is not a 12-digit account ID';

  const lost = word.length < 12 ? ': YAML dropped a leading zero; quote the ID' : '';
  return `has ${word.length} digits, not the 12 of an account ID${lost}`;
}

/** What is in a list, in order, and a problem for each word that does not belong there. */
export type List<Entry> = {
  entries: Entry[];
  problems: string[];
};

/**
 * Parses input `registries`: account IDs, registry hosts and image URIs, separated by commas or
 * line breaks. Returns each entry once.
 */
export function parseRegistries(text: string): List<RegistryEntry> {
  const entries = new Map<string, RegistryEntry>();
  const problems: string[] = [];

  for (const part of text.split(/[,\r\n]/)) {
    const word = part.trim();
    if (word === '') continue;

    const entry = parseEntry(word);
    if (typeof entry === 'string') problems.push(`'${singleLine(word)}' ${entry}`);
    else entries.set('host' in entry ? entry.host : word, entry);
  }

  return { entries: [...entries.values()], problems };
}

/**
 * An account ID, or a host without `https://`, path, tag and digest. A string says why it is
 * neither.
 */
function parseEntry(word: string): RegistryEntry | string {
  if (/^\d+$/.test(word)) {
    return accountIdProblem(word) ?? { kind: 'account', accountId: word };
  }
  if (/\s/.test(word)) return 'contains a space; separate entries with commas or line breaks';

  const [, host = '', rest = ''] = /^(?:https:\/\/)?([^/]*)(.*)$/i.exec(word) ?? [];
  if (!/^[\w./:@-]*$/.test(rest)) return 'has unexpected text after the host';

  const name = host.toLowerCase();
  const dualStack = name === PUBLIC_DUAL_STACK_HOST;
  if (name === PUBLIC_HOST || dualStack) {
    return { kind: 'public', host, region: PUBLIC_REGION, fips: false, dualStack };
  }

  const parts = parsePrivateHost(host);
  if (parts !== undefined) return { kind: 'private', host, ...parts };

  const example = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
  return `is neither a 12-digit account ID nor a registry of Amazon ECR (${example})`;
}

/** Whether any of the registries is in the region of the step. */
export const needsRegion = (entries: RegistryEntry[]) =>
  entries.some((entry) => !('host' in entry));

/**
 * The calls that return a token for each registry: one for each service, region and endpoint
 * variant.
 *
 * @param region the region of the step; needed if `needsRegion` says so
 */
export function planCalls(entries: RegistryEntry[], region: string) {
  const calls = new Map<string, TokenCall>();

  for (const entry of entries) {
    const endpoint = endpointOf(entry, region);
    const key = JSON.stringify(endpoint);
    const before = calls.get(key)?.entries ?? [];
    calls.set(key, {
      ...endpoint,
      entries: [...before, entry],
    });
  }

  return [...calls.values()];
}

function endpointOf(entry: RegistryEntry, region: string): Omit<TokenCall, 'entries'> {
  if (!('host' in entry)) return { service: 'ecr', region, fips: false, dualStack: false };

  return {
    service: entry.kind === 'public' ? 'ecr-public' : 'ecr',
    region: entry.region,
    fips: entry.fips,
    dualStack: entry.dualStack,
  };
}
