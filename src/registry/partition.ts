/** A partition of AWS, with its own accounts, identities and host names. */
export type Partition = {
  readonly id: string;
  /** The prefix of its region names. */
  readonly regionPrefix: string;
  /** The suffix of its registry hosts, behind the region. */
  readonly suffix: string;
  /** The suffix of its dual-stack registry hosts; absent where AWS documents none. */
  readonly dualStackSuffix?: string;
};

/** The partition of every region that has no other prefix. */
const AWS: Partition = { id: 'aws', regionPrefix: '', suffix: 'amazonaws.com', dualStackSuffix: 'on.aws' };

/**
 * The other partitions, and the suffixes of ECR's registry hosts in each.
 * Source: the host names that AWS's credential helper for ECR and kubelet's credential provider accept, and the regions
 * of the AWS SDK's partition table.
 */
const SPECIAL: readonly Partition[] = [
  {
    id: 'aws-cn',
    regionPrefix: 'cn-',
    suffix: 'amazonaws.com.cn',
    dualStackSuffix: 'on.amazonwebservices.com.cn',
  },
  { id: 'aws-us-gov', regionPrefix: 'us-gov-', suffix: 'amazonaws.com', dualStackSuffix: 'on.aws' },
  { id: 'aws-eusc', regionPrefix: 'eusc-', suffix: 'amazonaws.eu' },
  { id: 'aws-iso', regionPrefix: 'us-iso-', suffix: 'c2s.ic.gov' },
  { id: 'aws-iso-b', regionPrefix: 'us-isob-', suffix: 'sc2s.sgov.gov' },
  { id: 'aws-iso-e', regionPrefix: 'eu-isoe-', suffix: 'cloud.adc-e.uk' },
  { id: 'aws-iso-f', regionPrefix: 'us-isof-', suffix: 'csp.hci.ic.gov' },
];

/** Whether a text has the form of a region name, such as `eu-west-1`, `us-gov-east-1` or `eusc-de-east-1`. */
export function isRegionName(text: string): boolean {
  return /^[a-z]{2,4}(?:-[a-z]{2,12}){1,2}-\d{1,2}$/.test(text);
}

/** The partition of a region, by its name. */
export function partitionOfRegion(region: string): Partition {
  return SPECIAL.find(({ regionPrefix }) => region.startsWith(regionPrefix)) ?? AWS;
}
