import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { HttpResponse } from '@smithy/core/protocols';
import { sdkClientConfig } from '../../../src/network/client-config.ts';
import { STEP_BUDGET_MS } from '../../../src/stage/time-limit.ts';
import { type Quota, TokenBucket } from './token-bucket.ts';
import { VirtualTime } from './virtual-time.ts';

/** Many steps that ask for a token at the same moment, on one quota. */
export type Crowd = { readonly quota: Quota; readonly logins: number; readonly maxAttempts: number };

/** The result of a crowd. Times are in milliseconds from the start of all logins. */
export type CrowdResult = Crowd & {
  /** How many got a token in time. */
  readonly succeeded: number;
  /** When those that got one had it; NaN where none did. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Calls spent for each login, those that failed included. */
  readonly callsPerLogin: number;
  /** The most calls that one login needed. */
  readonly mostCalls: number;
};

/** The round-trip time of a call, in milliseconds: a runner that is near its region. */
const ROUND_TRIP_MS = 20;

/** All numbers of this process come from here, so that a run can be repeated. */
const SEED = 20_260_101;

/** The response of the stand-in, as of ECR. */
const ANSWERS = {
  token: { statusCode: 200, body: { authorizationData: [{ authorizationToken: 'QVdTOnBhc3N3b3Jk' }] } },
  throttled: { statusCode: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } },
};

const CREDENTIALS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' };

/**
 * Starts all logins of a crowd at once and waits for their ends, in virtual time: on one machine thousands of real
 * connections would come one after another, at the pace of its processors, and no quota would ever be met. Clients,
 * their settings and their retries are the action's own; what answers is a quota and a time to get there.
 */
export async function simulate(crowd: Crowd): Promise<CrowdResult> {
  const time = new VirtualTime();
  const bucket = new TokenBucket(crowd.quota, time.now);
  const logins = await Promise.all(
    Array.from({ length: crowd.logins }, () => makeLogin(crowd, time, bucket)),
  );
  const ends = await time.run(() => Promise.all(logins.map((login) => login())), SEED);
  return { ...crowd, ...summary(ends) };
}

/** The end of one login: when, after how many calls, and whether with a token. */
type End = { readonly succeeded: boolean; readonly atMs: number; readonly calls: number };

async function makeLogin(crowd: Crowd, time: VirtualTime, bucket: TokenBucket): Promise<() => Promise<End>> {
  let calls = 0;
  const requestHandler = {
    handle: async () => {
      calls += 1;
      await time.sleep(ROUND_TRIP_MS / 2);
      const { statusCode, body } = bucket.take() ? ANSWERS.token : ANSWERS.throttled;
      await time.sleep(ROUND_TRIP_MS / 2);
      const headers = { 'content-type': 'application/x-amz-json-1.1' };
      return { response: new HttpResponse({ statusCode, headers, body: Buffer.from(JSON.stringify(body)) }) };
    },
  };
  const { maxAttempts } = crowd;
  const clientConfig = { proxies: undefined, maxAttempts, requestedMaxAttempts: maxAttempts };
  const settings = await sdkClientConfig('Amazon ECR', clientConfig, () => {});
  const client = new ECRClient({
    ...settings,
    requestHandler,
    region: 'eu-west-1',
    credentials: CREDENTIALS,
  });
  const call = (): Promise<unknown> => client.send(new GetAuthorizationTokenCommand({}));
  return async () => {
    const succeeded = await call().then(
      () => true,
      () => false,
    );
    return { succeeded: succeeded && time.now() <= STEP_BUDGET_MS, atMs: time.now(), calls };
  };
}

function summary(ends: readonly End[]) {
  const times = ends
    .filter(({ succeeded }) => succeeded)
    .map(({ atMs }) => atMs)
    .toSorted((a, b) => a - b);
  const part = (share: number): number =>
    times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? Number.NaN;
  const calls = ends.map((end) => end.calls);
  return {
    succeeded: times.length,
    p50Ms: part(0.5),
    p95Ms: part(0.95),
    p99Ms: part(0.99),
    callsPerLogin: calls.reduce((sum, one) => sum + one, 0) / ends.length,
    mostCalls: Math.max(...calls),
  };
}
