import type { Quota } from './token-bucket.ts';

/**
 * The quotas of GetAuthorizationToken that a crowd can meet: ECR's default, that of ECR Public, and the one that ECR's
 * troubleshooting page still names. Where no burst is documented, one second's worth can be there at once.
 */
export const QUOTAS: readonly Quota[] = [
  { rate: 500, burst: 500 },
  { rate: 200, burst: 200 },
  { rate: 20, burst: 200 },
];

/** How many logins start at once. */
export const CROWD_SIZES: readonly number[] = [100, 500, 1_000, 2_000, 5_000];

/** The numbers of attempts that are compared; 3 is the SDK's own default. */
export const ATTEMPTS: readonly number[] = [3, 5, 6, 7, 8, 12, 20];

/** The crowd that the default of max-attempts is chosen by, and the share of it that may fail. */
export const DECIDING = { quota: { rate: 200, burst: 200 }, logins: 2_000, mayFail: 1 / 1_000 } as const;

/** Whole steps that are started at once, against a quota that is as short for them. */
export const WHOLE_STEPS = { quota: { rate: 6, burst: 6 }, steps: 60 } as const;
