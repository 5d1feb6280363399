import type { CrowdResult } from './simulation.ts';
import type { WholeStepsResult } from './whole-steps.ts';

/** The rows of the simulated crowds, as a table in Markdown. */
export function crowdTable(results: readonly CrowdResult[]): string {
  const rows = results.map((result) => [
    `${result.quota.rate} (${result.quota.burst})`,
    result.logins.toLocaleString('en'),
    String(result.maxAttempts),
    percent(result.succeeded / result.logins),
    seconds(result.p50Ms),
    seconds(result.p95Ms),
    seconds(result.p99Ms),
    result.callsPerLogin.toFixed(1),
  ]);
  const head = [
    'calls a second (burst)',
    'logins',
    'max-attempts',
    'succeed',
    'p50',
    'p95',
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
