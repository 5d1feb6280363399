import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Diagnosis } from '../../../src/errors/diagnosis.ts';
import type { Failure } from '../../../src/errors/failure.ts';
import type { CredentialSourceChoice } from '../../../src/identity/credential-order.ts';
import { getCredentials } from '../../../src/identity/get-credentials.ts';
import { presentable } from '../../../src/runner/log.ts';
import { AwsServices, stsError } from '../../harness/aws-services.ts';
import { answer } from '../../harness/faults.ts';
import { HttpStandIn, json } from '../../harness/http-stand-in.ts';
import { makeRoleSession, makeUser } from '../../harness/identities.ts';
import { InstanceMetadata } from '../../harness/instance-metadata.ts';
import { makeServiceAccountToken } from '../../harness/service-account-token.ts';
import { captureOutput } from '../written-output.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret-of-keys' };
const POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
const CONTAINER_JOB = { HOME: '/github/home', GITHUB_WORKSPACE: '/__w/app/app' };
const GITHUB_HOSTED = { RUNNER_ENVIRONMENT: 'github-hosted' };

const environment = process.env;
let home: string;
let written: () => string;
let agent: HttpStandIn;
let aws: AwsServices;

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
  aws = new AwsServices();
  await Promise.all([agent.listen(), aws.listen()]);
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.env = environment;
  rmSync(home, { recursive: true });
  await Promise.all([agent.stop(), aws.stop()]);
});

type Given = {
  readonly choice?: CredentialSourceChoice;
  /** Besides the home directory. The SDK reads the environment of the process, the action the one that it is given. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly config?: string;
  readonly signal?: AbortSignal;
};

/** Gets the credentials, and what was said of them. */
async function get({
  choice = 'auto',
  variables = {},
  config,
  signal = new AbortController().signal,
}: Given) {
  if (config !== undefined) writeFileSync(join(home, '.aws', 'config'), config);
  const given = {
    HOME: home,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_STS: aws.url,
    ...variables,
  };
  process.env = { ...given, HOME: home };
  const diagnosis = new Diagnosis();
  const warned: Failure[] = [];
  const request = {
    environment: given,
    region: 'eu-west-1',
    signal,
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
    calls: aws.calls.map(({ action, region, parameters }) => [action, region, parameters['RoleArn']]),
    log: written().replace(/^::debug::.*\n/gm, ''),
    checks: diagnosis.lines(),
    warned: warned.map(({ symptom: { what, knownError, facts } }) => [what, knownError, facts?.region]),
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

  test('of the environment, whatever else is there', async () => {
    const variables = {
      ...KEYS,
      ...POD,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1`,
      AWS_CONFIG_FILE: join(home, 'gone'),
    };
    const { log, warned } = await get({ variables });
    const reason = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set';
    expect(log).toBe(`::add-mask::secret-of-keys\nUsing credentials from the environment (${reason})\n`);
    expect(warned).toEqual([]);
  });

  test('that are in variables are kept out of the log, whichever are used', async () => {
    const secrets = {
      AWS_SECRET_ACCESS_KEY: 'secret-without-id',
      AWS_SESSION_TOKEN: 'session-without-id',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'token-of-the-container',
    };
    await get({ choice: 'container', variables: secrets });
    for (const secret of Object.values(secrets)) expect(presentable(`x ${secret}`)).toBe('x ***');
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
    expect(presentable('x secret-of-ci')).toBe('x ***');
    expect(log).toContain("Using credentials from profile 'ci' (AWS_PROFILE is set)\n");
    expect(log).not.toContain('::warning::');
    expect(checks).toEqual([
      '– Keys in the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
      "✓ Profile: profile 'ci' (AWS_PROFILE is set)",
    ]);
  });

  test.each([
    ['with keys', 'source_profile = keys', 'AssumeRole'],
    ['with a token', `web_identity_token_file = TOKEN`, 'AssumeRoleWithWebIdentity'],
  ])(
    'of a role that a profile names %s come from STS in the region of the step',
    async (_, source, action) => {
      const token = join(home, 'token');
      writeFileSync(token, makeServiceAccountToken());
      const user = aws.addIdentity(makeUser('123456789012', 'ci'));
      const keys = `aws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}`;
      const role = 'arn:aws:iam::123456789012:role/deploy';
      const profile = `role_arn = ${role}\n${source.replace('TOKEN', token)}`;
      const { result, calls } = await get({
        variables: { AWS_PROFILE: 'ci' },
        config: `[profile keys]\n${keys}\n[profile ci]\n${profile}\n`,
      });
      expect(result).toMatchObject({
        accessKeyId: expect.stringMatching(/^ASIA/),
        accountId: '123456789012',
      });
      expect(calls).toEqual([[action, action === 'AssumeRole' ? 'eu-west-1' : '', role]]);
    },
  );

  test('of IRSA, with the role and its service account', async () => {
    const token = join(home, 'token');
    writeFileSync(token, makeServiceAccountToken());
    const role = 'arn:aws:iam::123456789012:role/irsa';
    const variables = { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: token };
    const { result, log, warned } = await get({ variables: { ...POD, ...variables } });
    expect(result).toMatchObject({ accountId: '123456789012' });
    expect(log).toContain(`web identity, role ${role} (IRSA), service account arc-runners/build`);
    expect([warned, log.includes('::warning::')]).toEqual([[], false]);
  });

  test('of the container, with an IRSA role that is not used', async () => {
    const variables = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1`,
      AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'),
    };
    const { log } = await get({ variables });
    expect(log).toContain('of AWS_WEB_IDENTITY_TOKEN_FILE is not used: EKS Pod Identity comes first');
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

test('a source that the input chooses is used without a word on the profile', async () => {
  const variables = { AWS_PROFILE: 'ci', AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1` };
  const { log } = await get({ choice: 'container', variables, config: '[profile ci]\nregion = x\n' });
  expect(log).toMatch(/^Using credentials from the container credentials endpoint /);
});

test('the URI of ECS is named where it takes precedence over the one of the agent', async () => {
  const cancelled = new Error('cancelled');
  const { result, log } = await get({
    variables: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1`,
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/1',
    },
    // Nothing is to be asked at the real address of ECS.
    signal: AbortSignal.abort(cancelled),
  });
  expect(log).toContain(
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set too and takes precedence: http://169.254.170.2/v2/1)\n',
  );
  expect(result).toBe(cancelled);
});

test('a step that ends while it waits for credentials has the reason for its end, not one of their source', async () => {
  const cancelled = new Error('cancelled');
  const signal = AbortSignal.abort(cancelled);
  const { result } = await get({ choice: 'default-chain', variables: KEYS, signal });
  expect(result).toBe(cancelled);
});

describe('a profile that does not exist is a failure', () => {
  test('that names it', async () => {
    const { result, checks } = await get({ variables: { AWS_PROFILE: 'ci\n' }, config: '[profile other]\n' });
    expect(result).toMatchObject({
      symptom: {
        what: "Profile 'ci' of AWS_PROFILE does not exist.",
        knownError: 'profile-missing',
        facts: { profile: 'ci\n' },
      },
    });
    expect(checks.at(-1)).toBe("✗ Profile: 'ci' does not exist");
  });

  test('with the configuration file that cannot be read', async () => {
    const variables = { AWS_PROFILE: 'ci', AWS_CONFIG_FILE: join(home, 'gone') };
    const { result } = await get({ variables });
    expect(String(result)).toContain(
      `does not exist. AWS_CONFIG_FILE names ${home}/gone, which does not exist.`,
    );
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
    const { result, log, checks } = await get({ choice: 'container', variables });
    expect(log).not.toContain('Using credentials');
    const what = 'AWS_CONTAINER_CREDENTIALS_FULL_URI is not set.';
    expect(result).toMatchObject({ symptom: { what, knownError, facts: { region: 'eu-west-1' } } });
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
    const { result, log } = await get({ variables: { AWS_PROFILE: 'ci' }, config });
    expect(String(result)).toContain("No credentials from profile 'ci': ");
    expect(result).toMatchObject({
      symptom: { details: expect.stringMatching(/\nsource: profile$/), facts: { profile: 'ci' } },
      cause: expect.any(Error),
    });
    expect(log).toBe('');
  });

  test.each(['source_profile = gone', 'credential_source = Ec2InstanceMetadata'])(
    'of a profile with %s is its own, whatever the container says',
    async (source) => {
      agent.faults.always(answer(403, 'the reason of the agent'));
      const variables = {
        AWS_PROFILE: 'ci',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1`,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1',
      };
      const config = `[profile ci]\n${source}\nrole_arn = arn:aws:iam::123456789012:role/x\n`;
      const { result } = await get({ variables, config });
      expect(String(result)).toContain("No credentials from profile 'ci': ");
    },
  );

  test('of a role that STS refuses has the message of STS', async () => {
    aws.faults.always(stsError(403, 'AccessDenied', 'not authorized'));
    const token = join(home, 'token');
    writeFileSync(token, makeServiceAccountToken());
    const variables = {
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/irsa',
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://192.0.2.1/v1',
    };
    const { result } = await get({ choice: 'default-chain', variables });
    expect(String(result)).toContain("No credentials from the AWS SDK's default chain: ");
    expect(String(result)).toContain('not authorized');
  });

  test('of a chain whose container does not respond is that of the chain', async () => {
    const variables = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1` };
    await agent.stop();
    const { result } = await get({ choice: 'default-chain', variables });
    expect(result).toMatchObject({ symptom: { area: 'credentials' } });
  });

  test('names the files that the profile or the chain could not read', async () => {
    const gone = join(home, 'gone');
    const config = '[profile ci]\naws_access_key_id = AKIACI\naws_secret_access_key = secret-of-ci\n';
    const ofProfile = await get({
      variables: { AWS_PROFILE: 'ci', AWS_SHARED_CREDENTIALS_FILE: gone },
      config,
    });
    expect(ofProfile.log).toContain('::warning::AWS_SHARED_CREDENTIALS_FILE names ');
    const ofChain = await get({ choice: 'default-chain', variables: { AWS_CONFIG_FILE: gone } });
    expect(ofChain.log).toContain('::warning::AWS_CONFIG_FILE names ');
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

  type Warning = readonly [what: string, knownError: string];
  const ofNode: Warning = ["Using the node's IAM role, which is probably not intended.", 'node-identity'];
  const ofMachine: Warning = [
    "Using the IAM role of the machine, which is probably not intended in a job's container.",
    'container-job-instance',
  ];
  test.each<[where: string, given: Given, warning: Warning | undefined]>([
    ['a pod', { variables: POD }, ofNode],
    ['a pod, where it is chosen', { choice: 'default-chain', variables: POD }, ofNode],
    ["a job's container", { variables: CONTAINER_JOB }, ofMachine],
    [
      "a job's container, where it is chosen",
      { choice: 'default-chain', variables: CONTAINER_JOB },
      undefined,
    ],
    ['neither', {}, undefined],
  ])('in %s', async (_, { variables, ...given }, warning) => {
    const { log, warned } = await get({
      ...given,
      variables: {
        ...variables,
        AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/x',
        AWS_EC2_METADATA_DISABLED: 'false',
        AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
      },
    });
    expect(log).toContain('Using credentials from the instance metadata: the IAM role of this machine');
    expect(log).toMatch(/::warning::.*AWS_ROLE_ARN/);
    expect(warned).toEqual(warning === undefined ? [] : [[...warning, 'eu-west-1']]);
  });
});
