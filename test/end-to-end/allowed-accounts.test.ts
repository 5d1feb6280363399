import { describe, expect } from '@jest/globals';
import { testReal } from '../harness/real-parts.ts';
import { FAKE_DOCKER, ONE_ERROR, useWorld, world } from '../harness/use-world.ts';

const test = testReal('openssl');
useWorld({ realNames: true, tools: FAKE_DOCKER });

const CALLER = '123456789012';
const OTHER = '111122223333';

const logIn = (inputs: Record<string, string>, moreEnv = {}) => world.main({ inputs, moreEnv });
const calls = () => world.aws.calls.map(({ service, region }) => `${service} ${region}`);

test('the log names the caller account before the first login', async () => {
  const main = await logIn({ registries: OTHER });
  expect(main.log).toMatch(new RegExp(`account.*${CALLER}\\n(.*\\n)*Logging in`));
});

describe('allowed-account-ids', () => {
  test('can name the caller account among others, and needs no further call', async () => {
    const main = await logIn({ 'allowed-account-ids': `${OTHER}, ${CALLER}`, registries: OTHER });

    expect(main.errors).toEqual([]);
    expect(calls()).toEqual(['ecr eu-west-1']);
  });

  test('fails the step before any login if the caller account is not allowed', async () => {
    const main = await logIn({ 'allowed-account-ids': `${OTHER},999988887777` });

    expect(main).toMatchObject({ ...ONE_ERROR, toolRuns: [] });
    expect(main.outputs).toEqual({});
    for (const account of [CALLER, OTHER, '999988887777']) {
      expect(main.errors[0]).toContain(account);
    }

    // The token is a secret, even if nothing uses it.
    expect(main.masks).toContain(world.aws.issued[0]?.password);
  });

  test('is not turned off by variables of a job hook', async () => {
    const env = { ECR_LOGIN_TIME_LIMIT_S: '55', ECR_LOGIN_ALLOWED_ACCOUNT_IDS: CALLER };
    const main = await logIn({ 'allowed-account-ids': OTHER }, env);

    expect(main).toMatchObject({ ...ONE_ERROR, toolRuns: [] });
  });

  test.each([
    ['in the region of the step', 'eu-west-1', {}],
    [
      'in us-east-1 if the step has no region',
      'us-east-1',
      { AWS_REGION: '', AWS_DEFAULT_REGION: '' },
    ],
  ])('needs a call to ECR for ECR Public alone: %s', async (_, region, env) => {
    const main = await logIn({ 'registry-type': 'public', 'allowed-account-ids': CALLER }, env);

    expect(main.errors).toEqual([]);
    expect(calls().toSorted()).toEqual([`ecr ${region}`, 'ecr-public us-east-1']);
  });
});
