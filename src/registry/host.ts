import { isRegionName, partitionOfRegion } from './partition.ts';

/** The parts of a private registry's host name. */
export type PrivateHost = {
  readonly accountId: string;
  readonly region: string;
  readonly fips: boolean;
  readonly dualStack: boolean;
};

/** Whether a text is an AWS account ID. */
export function isAccountId(text: string): boolean {
  return /^\d{12}$/.test(text);
}

/** The hosts of ECR Public. The second is the dual-stack one. */
export const PUBLIC_HOST = 'public.ecr.aws';
export const PUBLIC_DUAL_STACK_HOST = 'ecr-public.aws.com';

/** One registry of the input. */
export type RegistryEntry =
  /** The registry of an account, in the region of the step. */
  | { readonly kind: 'account'; readonly accountId: string }
  /** A private registry by its host, as written: container clients store credentials under that name. */
  | ({ readonly kind: 'private'; readonly host: string } & PrivateHost)
  /** ECR Public, by its host as written. */
  | { readonly kind: 'public'; readonly host: string; readonly dualStack: boolean };

type PrivateParts = Readonly<Record<'account' | 'service' | 'region' | 'suffix', string>> & {
  readonly fips?: string;
};

const PRIVATE_FORM =
  /^(?<account>[^.]+)\.(?<service>dkr\.ecr|dkr-ecr)(?<fips>-fips)?\.(?<region>[^.]+)\.(?<suffix>.+)$/;

/**
 * Parses the host of a private registry, in any case: `<account>.dkr.ecr.<region>.<suffix>`, with `ecr-fips` for FIPS
 * and `dkr-ecr`, which has its own suffix, for dual-stack.
 * Returns the reason, a string, where it is not a host of Amazon ECR.
 */
export function parsePrivateHost(host: string): PrivateHost | string {
  const parts = PRIVATE_FORM.exec(host.toLowerCase())?.groups as PrivateParts | undefined;
  if (parts === undefined) return notEcr(host);
  const { account, service, fips, region, suffix } = parts;
  if (!isAccountId(account)) return "does not begin with a 12-digit account ID before '.dkr'";
  if (!isRegionName(region)) return 'has no region name where an ECR host has its region';
  const dualStack = service === 'dkr-ecr';
  const partition = partitionOfRegion(region);
  if (suffix !== (dualStack ? partition.dualStackSuffix : partition.suffix)) {
    return `is not a host of Amazon ECR: ${expectedHosts(region)}`;
  }
  return { accountId: account, region, fips: fips !== undefined, dualStack };
}

/**
 * The account of a private registry, from its host (`<account>.dkr.ecr.…`, dual-stack `<account>.dkr-ecr.…`); undefined
 * where the host contains none.
 */
export function accountOf(host: string | undefined): string | undefined {
  // Stryker disable next-line StringLiteral: no other text is a host either
  return /^(\d{12})\.dkr[.-]ecr/.exec(host ?? '')?.[1];
}

function expectedHosts(region: string): string {
  const { suffix, dualStackSuffix } = partitionOfRegion(region);
  const plain = `hosts in region ${region} end in '.dkr.ecr.${region}.${suffix}'`;
  return dualStackSuffix === undefined
    ? plain
    : `${plain}, dual-stack hosts in '.dkr-ecr.${region}.${dualStackSuffix}'`;
}

function notEcr(host: string): string {
  if (/^(?:api\.)?ecr(?:-public)?(?:-fips)?\.[a-z]+-[a-z\d-]+\./i.test(host)) {
    return "is an endpoint of the ECR API, not a registry; a registry's host begins with its account ID";
  }
  if (/^dkr[.-]ecr/i.test(host)) return "has no account ID before 'dkr'";
  return 'is neither a 12-digit account ID nor a registry of Amazon ECR';
}
