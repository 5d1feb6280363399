import { describe, expect } from '@jest/globals';
import { testReal } from '../harness/real-parts.ts';
import { FAKE_DOCKER, useWorld, world } from '../harness/use-world.ts';

const test = testReal('openssl');
useWorld({ realNames: true, tools: FAKE_DOCKER });

const CALLER = '123456789012';
const OTHER = '111122223333';

const run = (inputs: Record<string, string>, moreEnv = {}) => world.main({ inputs, moreEnv });
const calls = () => world.aws.calls.map(({ service, region }) => `${service} ${region}`);

test('the log names the caller account before the first login', async () => {
  const main = await run({ registries: OTHER });
  expect(main.log).toMatch(new RegExp(`account.*${CALLER}\\n(.*\\n)*Logging in`));
});

describe('allowed-account-ids', () => {
  test('allows an account of several, with one call', async () => {
    const main = await run({ 'allowed-account-ids': `${OTHER}, ${CALLER}`, registries: OTHER });

    expect([main.errors, calls()]).toEqual([[], ['ecr eu-west-1']]);
  });

  test('an account that is not allowed is an error before any login, which names both', async () => {
    const main = await run({ 'allowed-account-ids': `${OTHER},999988887777` });

    expect([main.exitCode, main.errors.length]).toEqual([1, 1]);
    expect([main.toolRuns, main.outputs]).toEqual([[], {}]);
    for (const account of [CALLER, OTHER, '999988887777']) {
      expect(main.errors[0]).toContain(account);
    }

    // A token that is not used is a secret all the same.
    expect(main.masks).toContain(world.aws.issued[0]?.password);
  });

  test('is not turned off by the variables of a job hook', async () => {
    const env = { ECR_LOGIN_TIME_LIMIT_S: '55', ECR_LOGIN_ALLOWED_ACCOUNT_IDS: CALLER };
    const main = await run({ 'allowed-account-ids': OTHER }, env);

    expect([main.exitCode, main.errors.length, main.toolRuns]).toEqual([1, 1, []]);
  });

  test.each([
    ['in the region of the step', 'eu-west-1', {}],
    ['in us-east-1 if there is none', 'us-east-1', { AWS_REGION: '', AWS_DEFAULT_REGION: '' }],
  ])('takes a further call for ECR Public alone, %s', async (_, region, env) => {
    const main = await run({ 'registry-type': 'public', 'allowed-account-ids': CALLER }, env);

    expect(main.errors).toEqual([]);
    expect(calls().toSorted()).toEqual([`ecr ${region}`, 'ecr-public us-east-1']);
  });
});
