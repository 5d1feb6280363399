import type { CrowdResult } from './simulation.ts';
import type { WholeStepsResult } from './whole-steps.ts';

/**
 * The simulated crowds, as a table in Markdown: a row for each crowd and quota, with the share that succeeds for each
 * max-attempts, and how long logins take with the default.
 */
export function crowdTable(results: readonly CrowdResult[], byDefault: number): string {
  const attempts = [...new Set(results.map(({ maxAttempts }) => maxAttempts))];
  const crowds = Map.groupBy(results, ({ quota, logins }) => `${quota.rate} (${quota.burst}) ${logins}`);
  const rows = [...crowds.values()].map((crowd) => {
    const [first] = crowd;
    const chosen = crowd.find(({ maxAttempts }) => maxAttempts === byDefault);
    if (first === undefined || chosen === undefined) throw new Error('a crowd was not run with the default');
    return [
      `${first.quota.rate} (${first.quota.burst})`,
      first.logins.toLocaleString('en'),
      ...crowd.map(({ succeeded, logins }) => percent(succeeded / logins)),
      seconds(chosen.p50Ms),
      seconds(chosen.p99Ms),
      chosen.callsPerLogin.toFixed(1),
    ];
  });
  const head = [
    'calls a second (burst)',
    'logins',
    ...attempts.map((count) => `succeed with ${count}`),
    `p50 with ${byDefault}`,
    'p99',
    'calls a login',
  ];
  return markdown(head, rows);
}

/** The rows of the whole steps. */
export function wholeStepsTable(
  results: readonly (WholeStepsResult & { readonly maxAttempts: number })[],
): string {
  const head = ['whole steps at once', 'max-attempts', 'succeed', 'all ended after', 'calls a step'];
  const rows = results.map((result) => [
    String(result.steps),
    String(result.maxAttempts),
    `${result.succeeded} of ${result.steps}`,
    seconds(result.wallMs),
    result.callsPerStep.toFixed(1),
  ]);
  return markdown(head, rows);
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---:')), ...rows.map(line)].join('\n');
}

/** Whole percent only where nothing is hidden by it. */
function percent(share: number): string {
  return share === 1 ? '100 %' : `${(Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2)} %`;
}

function seconds(ms: number): string {
  return Number.isNaN(ms) ? '–' : `${(ms / 1000).toFixed(1)} s`;
}
