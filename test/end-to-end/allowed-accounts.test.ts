import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ecrError } from '../harness/aws-services.ts';
import { registryUrl } from '../harness/ecr.ts';
import { useWorld } from '../harness/use-world.ts';
import { TOOLS } from '../harness/usual.ts';

const CALLER = '123456789012';
const OTHER = '111122223333';

const world = useWorld();
beforeEach(() => {
  // Registries by their real names, which show the account; docker has no part in this.
  world.aws.proxyEndpoint = registryUrl;
});

function run(inputs: Record<string, string>, env = world.podIdentityEnv()) {
  return world.main({ env, inputs, tools: TOOLS });
}

/** The calls to ECR: the region, and the accounts asked for. */
function calls() {
  return world.aws.calls.map(({ service, region, registryIds }) => ({ service, region, registryIds }));
}

describe('the caller account', () => {
  test('is logged as soon as a response shows it', async () => {
    const main = await run({});
    expect(main.errors).toEqual([]);
    expect(main.log).toMatch(new RegExp(`Caller account: ${CALLER}\\n(.*\\n)*Logging in to registry`));
  });

  test('is not requested where every account is allowed', async () => {
    const main = await run({ registries: OTHER });
    expect(main.log).not.toContain('Caller account');
    expect(calls()).toEqual([{ service: 'ecr', region: 'eu-west-1', registryIds: [OTHER] }]);
  });

  test.each([`${CALLER}`, ` ${OTHER}\n${CALLER} `, `${OTHER}, ${CALLER}`])(
    'may be one of %j',
    async (allowed) => {
      const main = await run({ 'allowed-account-ids': allowed });
      expect(main.errors).toEqual([]);
      expect(calls()).toEqual([{ service: 'ecr', region: 'eu-west-1' }]);
      expect(main.outputs['registry']).toBe(`${CALLER}.dkr.ecr.eu-west-1.amazonaws.com`);
    },
  );

  test('an account that is not allowed is an error before any login, which names both', async () => {
    const main = await run({ 'allowed-account-ids': `${OTHER},999988887777` });
    expect(main.exitCode).toBe(1);
    expect(main.errors).toHaveLength(1);
    expect(main.errors[0]).toContain(
      `The caller account is ${CALLER}; allowed-account-ids allows ${OTHER}, 999988887777.`,
    );
    expect(main.errors[0]).toContain(`allowed-account-ids: ${CALLER}`);
    expect([main.toolRuns, main.outputs]).toEqual([[], {}]);
    // A token that is not used is a secret all the same.
    expect([...main.masks]).toEqual(expect.arrayContaining(world.aws.issued.map(({ password }) => password)));
    expect(main.log).toContain('✗ Allowed accounts: ');
    expect(main.log).toContain('✓ EKS Pod Identity: EKS Pod Identity, service account arc-runners/build');
  });
});

test('the caller account is logged without a further call where a profile assumes a role', async () => {
  const env = { AWS_PROFILE: 'role', ...world.regionEnv() };
  const keys = world.identities.keys;
  mkdirSync(join(world.home, '.aws'), { mode: 0o700 });
  const config = [
    '[profile role]',
    `role_arn = arn:aws:iam::${CALLER}:role/push`,
    'source_profile = base',
    '[profile base]',
    `aws_access_key_id = ${keys.accessKeyId}`,
    `aws_secret_access_key = ${keys.secretAccessKey}`,
    ...(keys.sessionToken === undefined ? [] : [`aws_session_token = ${keys.sessionToken}`]),
  ];
  writeFileSync(join(world.home, '.aws', 'config'), config.join('\n'), { mode: 0o600 });
  const main = await run({ registries: OTHER }, env as Record<string, string>);
  expect(main.errors).toEqual([]);
  expect(main.log).toContain(`Caller account: ${CALLER}\n`);
  expect(calls().map(({ service }) => service)).toEqual(['sts', 'ecr']);
});

describe('the call that shows it', () => {
  test('is an additional one where accounts are given, in the region of the first', async () => {
    const registries = `${OTHER}.dkr.ecr.us-west-2.amazonaws.com,${OTHER}`;
    const main = await run({ registries, 'allowed-account-ids': CALLER });
    expect(main.errors).toEqual([]);
    expect(calls()).toHaveLength(3);
    expect(calls()).toContainEqual({ service: 'ecr', region: 'us-west-2' });
    expect(JSON.parse(main.outputs['registries'] ?? '')).toHaveLength(2);
  });

  test.each([
    ['in the region of the step', 'eu-west-1'],
    ['in us-east-1 where there is none', 'us-east-1'],
  ])('is one to ECR for ECR Public, %s', async (_, region) => {
    const { AWS_REGION, AWS_DEFAULT_REGION, ...env } = world.podIdentityEnv();
    const ofStep = region === 'eu-west-1' ? { AWS_REGION } : { AWS_DEFAULT_REGION: '' };
    const inputs = { 'registry-type': 'public', 'allowed-account-ids': CALLER };
    const main = await run(inputs, { ...env, ...ofStep } as Record<string, string>);
    expect(main.errors).toEqual([]);
    expect(calls()).toContainEqual({ service: 'ecr', region });
    expect(main.outputs['registry']).toBe('public.ecr.aws');
  });

  test('that is refused is an error before any login', async () => {
    const refusal = ecrError(400, 'ServerException', 'not now');
    world.aws.faults.always(refusal, ({ body }) => !body.toString().includes('registryIds'));
    const main = await run({ registries: OTHER, 'allowed-account-ids': CALLER });
    expect(main.errors.join()).toContain('ServerException: not now');
    expect(main.toolRuns).toEqual([]);
  });

  test('that shows no account is an error before any login', async () => {
    world.aws.proxyEndpoint = async () => 'http://127.0.0.1:5000';
    const main = await run({ 'allowed-account-ids': CALLER });
    expect(main.errors.join()).toContain('The caller account is unknown');
    expect(main.toolRuns).toEqual([]);
  });
});

test.each([
  ['12345678901', 'has 11 digits, not the 12 of an account ID: a leading zero was lost'],
  ['123456789012x', 'is not a 12-digit account ID.'],
  ['$(id)', 'is not a 12-digit account ID.'],
])('%j is not an account, which is said before any call', async (allowed, words) => {
  const main = await run({ 'allowed-account-ids': `${CALLER},${allowed}` });
  expect(main.errors).toEqual([
    expect.stringContaining(`Input 'allowed-account-ids': '${allowed}' ${words}`),
  ]);
  expect(world.aws.requests).toEqual([]);
});
