import { isJobHook, jobHookLimitMs } from '../runner/job-hook.ts';

// All time limits of a step, in milliseconds, so that a reader sees how they fit together:
//
//   0 s           55 s                                 190 s                     290 s
//   |-------------|------------------------------------|-------------------------|
//    credentials   calls to AWS, with their retries     logins, with their retries
//
// What one part does not use, the next one has: if credentials come at once, the calls have 190 s.
// A job hook has less time, and shares it in the same way.

/** A whole step. The sum of all other limits is longer than that. */
export const STEP_MS = jobHookLimitMs() ?? 290_000;
/** How long a step may take to end if it is told to. On a cancel, the runner allows ten seconds. */
export const END_OF_STEP_MS = 2_500;

/** What of a step is left for calls and logins, whatever the credentials take. */
const AFTER_CREDENTIALS_MS = 20_000;
/** Getting credentials, with all attempts. An agent can start late on a new node. */
export const CREDENTIALS_MS = Math.min(55_000, STEP_MS - AFTER_CREDENTIALS_MS);

/** What of a step the calls leave to the logins. */
const FOR_LOGINS_MS = 100_000;

/** Until when calls to AWS may take, once there are credentials. */
export function callsEndMs(stepEndMs: number, nowMs: number) {
  const halfOfRestMs = (stepEndMs - nowMs) / 2;

  return stepEndMs - Math.min(halfOfRestMs, FOR_LOGINS_MS);
}

/** One response of the agent. Agent 0.1.37 retries for up to 8 s before it answers a failure. */
export const AGENT_RESPONSE_MS = 12_000;

/** One attempt of a call to AWS. The SDK has no limit for the response. */
export const CONNECTION_MS = 5_000;
export const RESPONSE_MS = 15_000;

/** One attempt of a login. A registry on another continent responds within a few seconds. */
export const LOGIN_MS = 45_000;
/** What a login gets at least if there is little time: docker waits as long for a connection. */
export const SHORTEST_LOGIN_MS = 15_000;
/** A logout only changes a file. */
export const LOGOUT_MS = 15_000;

/** Until when one login may take: it has at least half of the time, and leaves some to others. */
export function loginEndMs(stepEndMs: number, nowMs: number, followingLogins: number) {
  const halfOfRestMs = (stepEndMs - nowMs) / 2;

  return stepEndMs - Math.min(halfOfRestMs, followingLogins * SHORTEST_LOGIN_MS);
}

/** Waiting for the lock of an auth file. */
export const LOCK_WAIT_MS = isJobHook() ? 20_000 : 60_000;
/**
 * If the time of a lock does not change for so long, by the clock of who waits, its process was
 * killed.
 */
export const STALE_LOCK_MS = 10_000;
