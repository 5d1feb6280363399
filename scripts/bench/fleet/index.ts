import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_MAX_ATTEMPTS } from '../../../src/network/client-config.ts';
import { repository } from '../../../test/harness/paths.ts';
import { fillIn } from '../document.ts';
import { ATTEMPTS, CROWD_SIZES, DECIDING, QUOTAS, WHOLE_STEPS } from './crowds.ts';
import { crowdPlot } from './plot.ts';
import { type CrowdResult, simulate } from './simulation.ts';
import { crowdTable, wholeStepsTable } from './table.ts';
import { runWholeSteps } from './whole-steps.ts';

const DOCUMENT = join(repository, 'docs', 'network.md');
const PLOT = join(repository, 'docs', 'pictures', 'fleet.svg');

/**
 * Measures how many of a crowd of logins succeed on one quota, for several max-attempts, prints the tables, and writes them
 * and the plot into the documentation. Returns whether the default is still enough.
 */
export async function benchFleet(): Promise<boolean> {
  // The first login of a process reads configuration files, which virtual time does not wait for.
  await simulate({ quota: { rate: 1, burst: 1 }, logins: 1, maxAttempts: 1 });
  const crowds: CrowdResult[] = [];
  for (const quota of QUOTAS) {
    for (const logins of CROWD_SIZES) crowds.push(...(await compareAttempts(quota, logins)));
  }
  console.log(`${crowdTable(crowds, DEFAULT_MAX_ATTEMPTS)}\n`);

  const steps = [];
  for (const maxAttempts of [3, DEFAULT_MAX_ATTEMPTS]) {
    steps.push({ ...(await runWholeSteps(WHOLE_STEPS.steps, WHOLE_STEPS.quota, maxAttempts)), maxAttempts });
  }
  console.log(`${wholeStepsTable(steps)}\n`);

  writeFileSync(PLOT, crowdPlot(crowds, DEFAULT_MAX_ATTEMPTS));
  fillIn(DOCUMENT, {
    crowds: crowdTable(crowds, DEFAULT_MAX_ATTEMPTS),
    'whole-steps': wholeStepsTable(steps),
  });
  return holds(crowds) && steps.at(-1)?.succeeded === WHOLE_STEPS.steps;
}

/** Where no login of a crowd needed all its attempts, more of them change nothing, and are not run. */
async function compareAttempts(quota: CrowdResult['quota'], logins: number): Promise<readonly CrowdResult[]> {
  const results: CrowdResult[] = [];
  for (const maxAttempts of ATTEMPTS) {
    const last = results.at(-1);
    const isSettled = last !== undefined && last.succeeded === logins && last.mostCalls < last.maxAttempts;
    results.push(isSettled ? { ...last, maxAttempts } : await simulate({ quota, logins, maxAttempts }));
  }
  return results;
}

function holds(crowds: readonly CrowdResult[]): boolean {
  const deciding = crowds.find(
    ({ quota, logins, maxAttempts }) =>
      quota.rate === DECIDING.quota.rate &&
      logins === DECIDING.logins &&
      maxAttempts === DEFAULT_MAX_ATTEMPTS,
  );
  return deciding !== undefined && 1 - deciding.succeeded / deciding.logins <= DECIDING.mayFail;
}
