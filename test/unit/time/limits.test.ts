import { expect, test } from '@jest/globals';
import * as limits from '../../../src/time/limits.ts';

/** The runner has no limit for a step that is shorter than the job's. People expect a login within five minutes. */
test('a step ends within five minutes', () => {
  expect(limits.STEP_MS + limits.END_OF_STEP_MS).toBeLessThan(300_000);
});

test('the parts of a step fit into it, whatever each of them takes', () => {
  const credentialsEnd = limits.CREDENTIALS_MS;
  const callsEnd = limits.callsEndMs(limits.STEP_MS, credentialsEnd);

  expect(callsEnd - credentialsEnd).toBeGreaterThan(limits.RESPONSE_MS);
  expect(limits.STEP_MS - callsEnd).toBeGreaterThan(2 * limits.LOGIN_MS);
});

test.each([
  // Of 290 s, the calls may take all but the last 100.
  [0, 290_000, 190_000],
  // A job hook that has 40 s left shares them.
  [15_000, 55_000, 35_000],
])('at %i of %i ms, calls may take until %i', (nowMs, stepEndMs, endMs) => {
  expect(limits.callsEndMs(stepEndMs, nowMs)).toBe(endMs);
});

test.each([
  [0, 290_000],
  [2, 260_000],
  // It has half of what is left, however many follow.
  [25, 240_000],
])('a login before %i others may take until %i', (following, endMs) => {
  expect(limits.loginEndMs(290_000, 190_000, following)).toBe(endMs);
});
