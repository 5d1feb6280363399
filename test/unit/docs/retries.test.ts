import { expect, test } from '@jest/globals';
import { DEFAULT_MAX_ATTEMPTS } from '../../../src/network/client-config.ts';
import { AGENT_MAX_ATTEMPTS, RESPONSE_DEADLINE_MS, STEP_BUDGET_MS } from '../../../src/pod-identity/retry.ts';
import { tableUnder } from './markdown.ts';
import { repositoryText } from './repository-files.ts';

const NETWORK = repositoryText('docs/network.md');

test('the default attempts in the documents are those of the code', () => {
  const rows = tableUnder(NETWORK, 'Retries').map((cells) => [cells[0], Number(cells.at(-1))] as const);
  expect(rows.length).toBeGreaterThan(2);
  for (const [call = '', attempts] of rows) {
    expect([call, attempts]).toEqual([call, /agent/.test(call) ? AGENT_MAX_ATTEMPTS : DEFAULT_MAX_ATTEMPTS]);
  }
  for (const file of ['README.md', 'action.yml']) {
    expect(repositoryText(file).replaceAll('`', '').replace(/\s+/g, ' ')).toContain(
      `AWS_MAX_ATTEMPTS, else ${DEFAULT_MAX_ATTEMPTS} (${AGENT_MAX_ATTEMPTS} for the EKS Pod Identity agent)`,
    );
  }
});

test('the times for the agent in the documents are those of the code', () => {
  const seconds = (ms: number): string => `${ms / 1000} s`;
  const times = new Map(tableUnder(NETWORK, 'Deadlines').map(([what = '', time]) => [what, time]));
  expect(times.get('One request to the EKS Pod Identity agent, whose own retries take up to 9 s')).toBe(
    seconds(RESPONSE_DEADLINE_MS),
  );
  expect(times.get('All requests to the agent, including one for the text of an error')).toBe(
    seconds(STEP_BUDGET_MS),
  );
  expect(NETWORK.match(/for up to (\d+ s)/g)).toEqual(
    Array.from({ length: 2 }, () => `for up to ${seconds(STEP_BUDGET_MS - RESPONSE_DEADLINE_MS)}`),
  );
});
