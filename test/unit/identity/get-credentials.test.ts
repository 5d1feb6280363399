import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Diagnosis } from '../../../src/errors/diagnosis.ts';
import type { Failure } from '../../../src/errors/failure.ts';
import type { CredentialSourceChoice } from '../../../src/identity/credential-order.ts';
import { getCredentials } from '../../../src/identity/get-credentials.ts';
import { answer } from '../../harness/faults.ts';
import { HttpStandIn, json } from '../../harness/http-stand-in.ts';
import { makeRoleSession } from '../../harness/identities.ts';
import { InstanceMetadata } from '../../harness/instance-metadata.ts';
import { captureOutput } from '../written-output.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret-of-keys' };
const POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
const CONTAINER_JOB = { HOME: '/github/home', GITHUB_WORKSPACE: '/__w/app/app' };
const GITHUB_HOSTED = { RUNNER_ENVIRONMENT: 'github-hosted' };

const environment = process.env;
let home: string;
let written: () => string;
let agent: HttpStandIn;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'credentials-'));
  mkdirSync(join(home, '.aws'));
  written = captureOutput();
  agent = new HttpStandIn(() =>
    json(200, {
      AccessKeyId: 'AKIAPOD',
      SecretAccessKey: 'secret-of-pod',
      Token: 'token-of-pod',
      Expiration: '2030-01-01T00:00:00Z',
    }),
  );
  await agent.listen();
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.env = environment;
  rmSync(home, { recursive: true });
  await agent.stop();
});

type Given = {
  readonly choice?: CredentialSourceChoice;
  /** Besides the home directory. The SDK reads the environment of the process, the action the one that it is given. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly config?: string;
};

/** Gets the credentials, and what was said of them. */
async function get({ choice = 'auto', variables = {}, config }: Given) {
  if (config !== undefined) writeFileSync(join(home, '.aws', 'config'), config);
  const given = { HOME: home, AWS_EC2_METADATA_DISABLED: 'true', ...variables };
  process.env = { ...given, HOME: home };
  const diagnosis = new Diagnosis();
  const warned: Failure[] = [];
  const request = {
    environment: given,
    region: 'eu-west-1',
    signal: new AbortController().signal,
    clientConfig: { proxies: undefined, maxAttempts: 1, requestedMaxAttempts: 1 },
  };
  const result = await getCredentials(choice, request, {
    diagnosis,
    warn: async (failure) => {
      warned.push(failure);
    },
  }).catch((error: unknown) => error);
  return {
    result,
    log: written().replace(/^::debug::.*\n/gm, ''),
    checks: diagnosis.lines(),
    warned: warned.map(({ symptom }) => symptom.knownError),
  };
}

describe('the credentials', () => {
  test('of the environment: named, and masked', async () => {
    const { result, log, checks } = await get({
      variables: { ...KEYS, AWS_SESSION_TOKEN: 'session-of-keys' },
    });
    expect(result).toMatchObject({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret-of-keys' });
    expect(log).toContain('::add-mask::secret-of-keys\n::add-mask::session-of-keys\n');
    const reason = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set';
    expect(log).toContain(`Using credentials from the environment (${reason})\n`);
    expect(checks).toEqual([`✓ Keys in the environment: the environment (${reason})`]);
  });

  test('of the environment, with a profile that is not used', async () => {
    const { log } = await get({
      variables: { ...KEYS, AWS_PROFILE: 'ci' },
      config: '[profile ci]\nregion = x\n',
    });
    expect(log).toContain("::warning::Profile 'ci' of AWS_PROFILE is not used");
  });

  test('of a profile', async () => {
    const config = '[profile ci]\naws_access_key_id = AKIACI\naws_secret_access_key = secret-of-ci\n';
    const { result, log, checks } = await get({ variables: { AWS_PROFILE: 'ci' }, config });
    expect(result).toMatchObject({ accessKeyId: 'AKIACI' });
    expect(log).toContain("Using credentials from profile 'ci' (AWS_PROFILE is set)\n");
    expect(checks).toEqual([
      '– Keys in the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
      "✓ Profile: profile 'ci' (AWS_PROFILE is set)",
    ]);
  });

  test('of the container: named before they are there', async () => {
    const variables = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1` };
    const { result, log, checks } = await get({ variables });
    expect(result).toMatchObject({ accessKeyId: 'AKIAPOD' });
    const name = `the container credentials endpoint ${agent.url}/v1`;
    const reason = 'AWS_CONTAINER_CREDENTIALS_FULL_URI is set';
    expect(log).toBe(
      `Using credentials from ${name} (${reason})\n::add-mask::secret-of-pod\n::add-mask::token-of-pod\n`,
    );
    expect(checks.at(-1)).toBe(`✓ EKS Pod Identity: ${name} (${reason})`);
  });
});

describe('a profile that does not exist is a failure', () => {
  test('that names it', async () => {
    const { result, checks } = await get({ variables: { AWS_PROFILE: 'ci\n' }, config: '[profile other]\n' });
    expect(result).toMatchObject({
      symptom: { what: "Profile 'ci' of AWS_PROFILE does not exist.", knownError: 'profile-missing' },
    });
    expect(checks.at(-1)).toBe("✗ Profile: 'ci' does not exist");
  });

  test('with the configuration file that cannot be read', async () => {
    const variables = { AWS_PROFILE: 'ci', AWS_CONFIG_FILE: join(home, 'gone') };
    const { result } = await get({ variables });
    expect(String(result)).toContain(`AWS_CONFIG_FILE names ${home}/gone, which does not exist.`);
  });

  test('but none where the keys come first', async () => {
    const { result } = await get({ variables: { ...KEYS, AWS_PROFILE: 'ci' } });
    expect(result).toMatchObject({ accessKeyId: 'AKIAEXAMPLE' });
  });
});

describe('without credentials, the failure', () => {
  test.each([
    ['in a pod', POD, 'container-uri-not-set'],
    ["in a job's container", CONTAINER_JOB, 'container-job'],
    ['on a runner of GitHub', GITHUB_HOSTED, 'no-credentials-github-hosted'],
    ['elsewhere', {}, 'container-uri-not-set'],
    ['of ECS', { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2' }, 'container-uri-not-set'],
  ])('of the container %s', async (_, variables, knownError) => {
    const { result, checks } = await get({ choice: 'container', variables });
    expect(result).toMatchObject({ symptom: { knownError, facts: { region: 'eu-west-1' } } });
    expect(checks).toEqual([
      "✗ EKS Pod Identity: selected (the input credential-source is 'container'), but returned no credentials",
    ]);
  });

  test('of the default chain tells where the step runs, and what the chain has skipped', async () => {
    const variables = { ...POD, AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/x' };
    const { result, log } = await get({ choice: 'default-chain', variables });
    expect(result).toMatchObject({
      symptom: {
        area: 'credentials',
        what: expect.stringMatching(/^No credentials from the AWS SDK's default chain: /),
        details: expect.stringMatching(/\nrunner: pod$/),
        facts: { profile: undefined, region: 'eu-west-1' },
      },
    });
    expect(log).toContain('::warning::');
    expect(log).toContain('AWS_ROLE_ARN');
  });

  test('of a profile names it', async () => {
    const config = '[profile ci]\nsource_profile = gone\nrole_arn = arn:aws:iam::123456789012:role/x\n';
    const { result } = await get({ variables: { AWS_PROFILE: 'ci' }, config });
    expect(String(result)).toContain("No credentials from profile 'ci': ");
    expect(result).toMatchObject({ symptom: { facts: { profile: 'ci' } } });
  });

  test('of a process does not show what it printed', async () => {
    const config = '[profile ci]\ncredential_process = /bin/sh -c "echo hunter2 >&2; exit 1"\n';
    const { result, log } = await get({ variables: { AWS_PROFILE: 'ci' }, config });
    expect(result).toMatchObject({ symptom: { knownError: 'credential-process-failed' } });
    expect(String(result) + log).not.toContain('hunter2');
  });

  test('of a chain that ends at the agent has the message of the agent', async () => {
    agent.faults.always(answer(403, 'the reason of the agent'));
    const variables = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1` };
    const { result } = await get({ choice: 'default-chain', variables });
    expect(result).toMatchObject({ symptom: { area: 'pod-identity' } });
    expect(String(result)).toContain('responded with HTTP 403: the reason of the agent');
  });
});

describe('the role of the machine', () => {
  const role = makeRoleSession('123456789012', 'node');
  const metadata = new InstanceMetadata(role);
  beforeEach(() => metadata.listen());
  afterEach(() => metadata.stop());

  test.each<[where: string, given: Given, warning: string[]]>([
    ['a pod', { variables: POD }, ['node-identity']],
    ['a pod, where it is chosen', { choice: 'default-chain', variables: POD }, ['node-identity']],
    ["a job's container", { variables: CONTAINER_JOB }, ['container-job-instance']],
    ["a job's container, where it is chosen", { choice: 'default-chain', variables: CONTAINER_JOB }, []],
    ['neither', {}, []],
  ])('in %s', async (_, { variables, ...given }, warning) => {
    const { log, warned } = await get({
      ...given,
      variables: {
        ...variables,
        AWS_EC2_METADATA_DISABLED: 'false',
        AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
      },
    });
    expect(log).toContain('Using credentials from the instance metadata: the IAM role of this machine');
    expect(warned).toEqual(warning);
  });
});
