import { MAXIMUM_RETRY_DELAY, Retry } from '@smithy/core/retry';
import { DEFAULT_MAX_ATTEMPTS } from '../../src/inputs.ts';
import { backoffMs } from '../../src/time/retry.ts';

// Many runners that ask for a token at the same moment share the quota of their account and region. The retry rule is that
// of the AWS SDK, which the action uses; the quota is a token bucket; time is a number.

/** A quota as AWS keeps it: so many calls a second, and so many at once. */
type Quota = { readonly rate: number; readonly burst: number };

/** ECR's default, that of ECR Public, and the one that ECR's troubleshooting page still names. */
const QUOTAS: readonly Quota[] = [
  { rate: 500, burst: 500 },
  { rate: 200, burst: 200 },
  { rate: 20, burst: 200 },
];
const LOGINS = [100, 500, 1_000, 2_000, 5_000];
/** 3 is the SDK's own default, 8 that of the action. */
const ATTEMPTS = [3, 5, 8, 12];
/** The crowd by which the default was chosen, and the share of it that can fail. */
const DECIDING = { rate: 200, logins: 2_000, canFail: 1 / 1_000 };
const ROUND_TRIP_MS = 20;
/** A step ends then. */
const LIMIT_MS = 290_000;

type Result = { readonly succeeded: number; readonly p99Ms: number; readonly calls: number };

/** The pauses after a throttled attempt. */
const BACKOFF = { baseMs: Retry.throttlingDelay(), capMs: MAXIMUM_RETRY_DELAY };

/** Starts all logins at once, and counts those that get a token in time. */
function simulate({ rate, burst }: Quota, count: number, maxAttempts: number): Result {
  /** The attempts that logins have made, by the millisecond of their next one. */
  const due = new Map<number, number[]>([[0, Array(count).fill(0)]]);
  const ends: number[] = [];
  let [tokens, calls, waiting] = [burst, 0, count];
  for (let now = 0; waiting > 0 && now <= LIMIT_MS; now += 1) {
    for (const attempts of shuffled(due.get(now) ?? [])) {
      calls += 1;
      if (tokens >= 1) {
        tokens -= 1;
        waiting -= 1;
        ends.push(now + ROUND_TRIP_MS);
      } else if (attempts + 1 < maxAttempts) {
        const at = now + ROUND_TRIP_MS + backoffMs(attempts + 1, BACKOFF);
        due.set(at, [...(due.get(at) ?? []), attempts + 1]);
      } else waiting -= 1;
    }
    due.delete(now);
    tokens = Math.min(burst, tokens + rate / 1_000);
  }
  ends.sort((one, other) => one - other);
  return {
    succeeded: ends.length,
    p99Ms: ends[Math.ceil(ends.length * 0.99) - 1] ?? Number.NaN,
    calls: calls / count,
  };
}

function shuffled<Item>(items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ item }) => item);
}

/** Prints the share of logins that succeed, by quota, crowd and max-attempts. Returns whether the default is enough. */
export async function bench(): Promise<boolean> {
  const heads = ATTEMPTS.map((attempts) => `succeed with ${attempts}`);
  console.log(
    `| calls a second (burst) | logins | ${heads.join(' | ')} | 99 % within | calls a login |`,
  );
  console.log(
    `| ${Array(ATTEMPTS.length + 4)
      .fill('---:')
      .join(' | ')} |`,
  );
  let isEnough = true;
  for (const quota of QUOTAS) {
    for (const logins of LOGINS) {
      const results = new Map<number, Result>();
      for (const attempts of ATTEMPTS) results.set(attempts, simulate(quota, logins, attempts));
      const shares = [...results.values()].map(
        ({ succeeded }) => `${((100 * succeeded) / logins).toFixed(1)} %`,
      );
      const chosen = results.get(DEFAULT_MAX_ATTEMPTS.call) ?? {
        succeeded: 0,
        p99Ms: Number.NaN,
        calls: 0,
      };
      const cells = [
        `${quota.rate} (${quota.burst})`,
        logins,
        ...shares,
        `${(chosen.p99Ms / 1_000).toFixed(1)} s`,
      ];
      console.log(`| ${cells.join(' | ')} | ${chosen.calls.toFixed(1)} |`);
      const isDeciding = quota.rate === DECIDING.rate && logins === DECIDING.logins;
      if (isDeciding) isEnough = 1 - chosen.succeeded / logins <= DECIDING.canFail;
    }
  }
  return isEnough;
}
