import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ecrError, ecrReply, stsError } from '../harness/aws-services.ts';
import { expectExplained, explains } from '../harness/explained.ts';
import { answer, type Fault } from '../harness/faults.ts';
import { testReal } from '../harness/real-parts.ts';
import { useWorld } from '../harness/use-world.ts';
import { fastClock, TOOLS } from '../harness/usual.ts';
import type { StepChoice } from '../harness/world.ts';

/** Where what is tried again takes most of the time, but each try must have enough of it. */
const FASTER = fastClock(10);

const world = useWorld();

/** A pod with credentials, and a fault of ECR. */
function ecr(fault: Fault, inputs: Record<string, string> = {}, env: Record<string, string> = {}) {
  return (): StepChoice => {
    world.aws.faults.always(fault);
    return { env: { ...world.podIdentityEnv(), ...env }, inputs };
  };
}

/** Docker says this, and fails. */
function docker(stderr: string, env: Record<string, string> = {}) {
  const tools = { docker: { stderr, exitCode: 1 } };
  return (): StepChoice => ({ env: { ...world.podIdentityEnv(), ...env }, tools });
}

describe('a response that is cut in a key', () => {
  const key = 'wJalrXUtnFEMIbPxRfiCYEXAMPLEKEY';

  test.each(['container', 'default-chain'])('is not quoted, with credential-source: %s', async (source) => {
    world.addSecret('secret key', key, 'given');
    world.agent.faults.always(answer(200, `{"AccessKeyId": "AKIA", "SecretAccessKey": ${key}}`));
    const inputs = { 'credential-source': source };
    const main = await world.main({ env: world.podIdentityEnv(), inputs, tools: TOOLS });
    expectExplained(main, ['the response is not valid JSON', 'is not the EKS Pod Identity agent']);
    expect(`${main.stdout}${main.summary}`).not.toContain(key.slice(0, 3));
  });

  test('is not quoted, of ECR', async () => {
    world.addSecret('authorization token', key, 'given');
    world.aws.faults.always(answer(200, `{"authorizationData": [{"authorizationToken": ${key}}]}`));
    const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
    expect(main.errors.join()).toContain('Amazon ECR in eu-west-1: the response is not valid JSON');
    expect(`${main.stdout}${main.summary}`).not.toContain(key.slice(0, 3));
  });
});

describe('a secret that is quoted back', () => {
  const secret = 'opaque-token/0123456789';

  test.each([
    ['the token of the environment', { AWS_CONTAINER_AUTHORIZATION_TOKEN: secret }],
    ['the keys that are not used', { AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: secret }],
  ])('by the agent is left out: %s', async (_, env) => {
    world.addSecret('session token', secret, 'given');
    world.agent.faults.always(answer(403, `no entry with ${secret} or ${encodeURIComponent(secret)}`));
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI, ...region } = world.podIdentityEnv();
    const pod = { AWS_CONTAINER_CREDENTIALS_FULL_URI, AWS_REGION: region['AWS_REGION'] };
    const main = await world.main({ env: { ...pod, ...env }, tools: TOOLS });
    expect(main.errors.join()).toContain('responded with HTTP 403: no entry with *** or ***');
    expect(main.summary).toContain('no entry with *** or ***');
  });

  test('by the agent is left out: a token of another form', async () => {
    world.addSecret('service account token', secret, 'given');
    const env = world.podIdentityEnv();
    writeFileSync(env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] ?? '', secret, { mode: 0o600 });
    world.agent.faults.always(answer(403, `no entry with ${secret}`));
    const main = await world.main({ env, tools: TOOLS });
    expect(main.errors.join()).toContain('no entry with ***');
  });

  test.each(['true', 'false'])('by docker is left out, with mask-password %s', async (mask) => {
    const password = 'short-password';
    const token = Buffer.from(`AWS:${password}`).toString('base64');
    world.addSecret('password', password, 'obtained');
    const data = { authorizationToken: token, proxyEndpoint: 'https://127.0.0.1:5000' };
    world.aws.faults.once(ecrReply({ authorizationData: [data] }));
    const tools = { docker: { stderr: `who is ${password}?`, exitCode: 1 } };
    const main = await world.main({ env: world.podIdentityEnv(), inputs: { 'mask-password': mask }, tools });
    expect(main.errors.join()).toContain('who is ***?');
    expect(main.summary).toContain('who is ***?');
  });
});

describe('no credentials', () => {
  explains(world, [
    [
      'from any source',
      () => ({ env: world.regionEnv() }),
      [
        "No credentials from the AWS SDK's default chain",
        'keys in the environment, a profile, EKS Pod Identity, and the default chain',
        'aws eks create-pod-identity-association',
        'uses: aws-actions/configure-aws-credentials@',
      ],
    ],
    [
      'as the role of IRSA does not let this token in',
      () => {
        world.aws.faults.always(
          stsError(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'),
        );
        return { env: world.webIdentityEnv() };
      },
      ['AccessDenied', 'system:serviceaccount:', 'sts.amazonaws.com'],
    ],
    [
      'as the token of IRSA is not there',
      () => ({ env: { ...world.webIdentityEnv(), AWS_WEB_IDENTITY_TOKEN_FILE: '/none/token' } }),
      [
        "ENOENT: no such file or directory, open '/none/token'",
        'The file /none/token, which the credentials need, does not exist',
      ],
    ],
    [
      'as STS refuses the role of a profile',
      () => {
        mkdirSync(join(world.home, '.aws'), { mode: 0o700 });
        const config =
          '[profile push]\nrole_arn = arn:aws:iam::210987654321:role/push\ncredential_source = Environment\n';
        writeFileSync(join(world.home, '.aws', 'config'), config, { mode: 0o600 });
        const user = world.identities.keys.arn;
        const message = `User: ${user} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::210987654321:role/push`;
        world.aws.faults.always(stsError(403, 'AccessDenied', message));
        const { AWS_SESSION_TOKEN: _, AWS_ACCESS_KEY_ID: _id, ...env } = world.keysEnv();
        return { env: { ...env, ...world.podIdentityEnv(), AWS_PROFILE: 'push', AWS_SECRET_ACCESS_KEY: '' } };
      },
      ["profile 'push'", 'aws sts get-caller-identity --profile push'],
    ],
    [
      'as STS refuses the session tags of EKS Pod Identity',
      () => {
        mkdirSync(join(world.home, '.aws'), { mode: 0o700 });
        const role = 'arn:aws:iam::210987654321:role/push';
        const config = `[profile push]\nrole_arn = ${role}\ncredential_source = EcsContainer\n`;
        writeFileSync(join(world.home, '.aws', 'config'), config, { mode: 0o600 });
        const message = `User: ${world.identities.pod.arn} is not authorized to perform: sts:TagSession on resource: ${role}`;
        world.aws.faults.always(stsError(403, 'AccessDenied', message));
        return { env: { ...world.podIdentityEnv(), AWS_PROFILE: 'push' } };
      },
      [
        'sts:TagSession on resource: arn:aws:iam::210987654321:role/push',
        '{ "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": "arn:aws:iam::210987654321:role/push" }',
        '"Principal": { "AWS": "arn:aws:iam::123456789012:role/pod-role" }',
      ],
    ],
  ]);

  test.each(['auto', 'container'])(
    "on a runner of GitHub's: OpenID Connect, no association: %s",
    async (source) => {
      const env = { ...world.regionEnv(), RUNNER_ENVIRONMENT: 'github-hosted' };
      const main = await world.main({ env, inputs: { 'credential-source': source }, tools: TOOLS });
      expectExplained(main, ['id-token: write', 'uses: aws-actions/configure-aws-credentials@']);
      expect(main.errors.join()).not.toContain('association');
    },
  );

  test('the log has a reason for each source that returned no credentials', async () => {
    const main = await world.main({ env: world.regionEnv(), tools: TOOLS });
    expect(main.log).toContain(
      [
        'Checks, in order:',
        '  ✓ Inputs: valid',
        `  ✓ Container client: ${main.options.tools.path}/docker`,
        '  ✓ Network: up to 8 attempts for each call to AWS',
        '  ✓ Registries: 1',
        '  – Keys in the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
        '  – Profile: AWS_PROFILE is not set',
        '  – EKS Pod Identity: AWS_CONTAINER_CREDENTIALS_FULL_URI is not set',
        "  ✗ The AWS SDK's default chain: selected (no keys, AWS_PROFILE or AWS_CONTAINER_CREDENTIALS_FULL_URI are set), but returned no credentials",
      ].join('\n'),
    );
  });
});

describe('ECR refuses', () => {
  const skewed =
    'Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z (20260101T001500Z - 5 min.)';
  explains(world, [
    [
      'access denied',
      () => {
        world.identities.pod.denied.add('ecr:GetAuthorizationToken');
        return { env: world.podIdentityEnv() };
      },
      [
        'Amazon ECR in eu-west-1',
        'AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/pod-role/',
        'The policies of arn:aws:iam::123456789012:role/pod-role do not allow ecr:GetAuthorizationToken.',
        '{ "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*" }',
      ],
    ],
    [
      'access denied at ECR Public',
      () => {
        world.identities.pod.denied.add('ecr-public:GetAuthorizationToken');
        return { env: world.podIdentityEnv(), inputs: { 'registry-type': 'public' } };
      },
      [
        'Amazon ECR Public',
        'do not allow ecr-public:GetAuthorizationToken',
        '["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"]',
      ],
    ],
    [
      'no bearer token for ECR Public',
      () => {
        world.identities.pod.denied.add('sts:GetServiceBearerToken');
        return { env: world.podIdentityEnv(), inputs: { 'registry-type': 'public' } };
      },
      [
        'do not allow sts:GetServiceBearerToken',
        '["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"]',
      ],
    ],
    [
      'an explicit deny',
      ecr(
        ecrError(
          400,
          'AccessDeniedException',
          'User: arn:aws:iam::123456789012:user/u is not authorized to perform: ecr:GetAuthorizationToken on resource: * with an explicit deny in a service control policy',
        ),
      ),
      [
        'with an explicit deny in a service control policy',
        'A service control policy of the AWS organization explicitly denies',
        'Ask the administrators of the AWS organization',
      ],
    ],
    [
      'the policy of the VPC endpoint',
      ecr(
        ecrError(
          400,
          'AccessDeniedException',
          'User: arn:aws:iam::123456789012:user/u is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no VPC endpoint policy allows the ecr:GetAuthorizationToken action',
        ),
      ),
      ['The policy of the VPC endpoint', 'com.amazonaws.eu-west-1.ecr.api'],
    ],
    [
      'expired keys',
      ecr(ecrError(400, 'ExpiredTokenException', 'The security token included in the request is expired')),
      ['ExpiredTokenException', 'have expired', 'uses: aws-actions/configure-aws-credentials@'],
    ],
    [
      'invalid keys',
      () => ({
        env: { ...world.regionEnv(), AWS_ACCESS_KEY_ID: 'AKIAUNKNOWN', AWS_SECRET_ACCESS_KEY: 'no-such-key' },
      }),
      [
        'UnrecognizedClientException',
        'AWS does not accept the access keys',
        'aws sts get-caller-identity --region eu-west-1',
      ],
    ],
    [
      'clock skew',
      ecr(ecrError(400, 'InvalidSignatureException', skewed)),
      ['Signature expired', 'off by more than five minutes', 'chronyc tracking'],
    ],
    [
      'throttled',
      ecr(ecrError(400, 'ThrottlingException', 'Rate exceeded'), {}, FASTER),
      ['Rate exceeded', '500 a second by default', 'Service Quotas'],
    ],
    [
      'another answers in its place, with a page',
      ecr(answer(200, '<html>sign in</html>')),
      [
        'Amazon ECR in eu-west-1: the response is not valid JSON',
        'The response is not from Amazon ECR',
        "AWS_ENDPOINT_URL: ''",
      ],
    ],
    ['a failure of its own', ecr(answer(503, '')), ['HTTP 503', 'https://health.aws.amazon.com']],
    [
      'no way to the endpoint',
      () => ({ env: { ...world.podIdentityEnv(), AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } }),
      [
        'ECONNREFUSED',
        'Cannot reach the endpoint of Amazon ECR in eu-west-1 from this runner',
        'com.amazonaws.eu-west-1.ecr.api',
        'com.amazonaws.eu-west-1.ecr.dkr',
        'com.amazonaws.eu-west-1.s3',
      ],
    ],
  ]);

  test.each([
    ['AWS_ENDPOINT_URL', 'localhost:4566', "is not a URL that begins with 'https://' or 'http://'"],
    ['AWS_USE_FIPS_ENDPOINT', 'TRUE', "is 'TRUE'; the AWS SDK understands only 'true' and 'false'"],
    ['AWS_USE_FIPS_ENDPOINT', '1', "is '1'; the AWS SDK understands only 'true' and 'false'"],
  ])('%s=%s is named before any call', async (name, value, words) => {
    const main = await world.main({ env: { ...world.podIdentityEnv(), [name]: value }, tools: TOOLS });
    expect(main.errors).toEqual([expect.stringContaining(`${name} ${words}`)]);
    expect([...world.agent.requests, ...world.aws.requests]).toEqual([]);
  });

  test('no region', async () => {
    const { AWS_REGION: _, AWS_DEFAULT_REGION: _default, ...env } = world.podIdentityEnv();
    const main = await world.main({ env, tools: TOOLS });
    expectExplained(main, ["input 'aws-region', AWS_REGION, AWS_DEFAULT_REGION", 'aws-region: eu-west-1']);
    expect([...world.agent.requests, ...world.aws.requests]).toEqual([]);
  });

  test('in words that nobody knows: they reach the user whole', async () => {
    world.aws.faults.always(ecrError(400, 'TeapotException', 'the teapot\n::add-mask::is full'));
    const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
    expect(main.errors).toEqual([
      'No authorization token from Amazon ECR in eu-west-1: TeapotException: the teapot ::add-mask::is full',
    ]);
  });
});

describe('docker', () => {
  const storing = 'Error saving credentials: error storing credentials - err: exit status 1, out: ';
  explains(world, [
    [
      'is missing',
      () => ({ env: world.podIdentityEnv(), tools: {} }),
      ['No container tool found on PATH', 'docker-cli'],
    ],
    [
      'may not use its socket',
      docker(
        'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
      ),
      ['permission denied while trying', 'usermod --append --groups docker'],
    ],
    [
      'finds no engine',
      docker('Cannot connect to the Docker daemon at tcp://localhost:2376. Is the docker daemon running?'),
      ['Cannot connect to the Docker daemon', 'docker info'],
    ],
    [
      'has the store of ecr-login',
      docker(`${storing}\`not implemented\``),
      ['`not implemented`', "credential helper 'ecr-login'", 'isolate-docker-config: true'],
    ],
    [
      'has the store of Windows',
      docker(`${storing}\`The stub received bad data.\``),
      ['The stub received bad data', 'by itself: no configuration names one', 'isolate-docker-config: true'],
    ],
    [
      'has the store of macOS',
      docker(`${storing}\`The specified item already exists in the keychain.\``),
      [
        'already exists in the keychain',
        'by itself: no configuration names one',
        'isolate-docker-config: true',
      ],
    ],
    [
      'has a store that is not installed',
      docker(
        'error getting credentials - err: exec: "docker-credential-pass": executable file not found in $PATH',
      ),
      ['docker-credential-pass', 'not installed on this runner'],
    ],
    ['has a store that fails', docker(`${storing}\`locked\``), ['`locked`', 'did not take the password']],
    [
      'does not trust the registry',
      docker(
        'Get "https://host/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      ),
      ['x509', 'SSL_CERT_FILE'],
    ],
    [
      'cannot reach the registry',
      docker('Get "https://host/v2/": dial tcp 10.0.0.1:443: i/o timeout', FASTER),
      ['i/o timeout', 'ecr.dkr'],
    ],
  ]);

  testReal('docker').each([
    [400, 'Bad Request', 'valid only in the region that issued it'],
    [401, 'Unauthorized', 'refuses the password that Amazon ECR has just issued'],
    [403, 'Forbidden', 'denies access'],
  ])('is answered %i by the registry', async (status, words, cause) => {
    const registry = await world.registry();
    registry.faults.always(answer(status, ''));
    const main = await world.main({ env: world.podIdentityEnv() });
    expectExplained(main, [
      `${status} ${words}`,
      cause,
      `docker could not log in to registry ${registry.authority}`,
    ]);
  });
});

describe('the job summary', () => {
  test('is left alone by a step that succeeds, with nothing of a diagnosis in the log', async () => {
    const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
    expect(main.errors).toEqual([]);
    expect(main.summary).toBe('');
    expect(main.log).not.toContain('Checks, in order');
  });

  test('that cannot be written is no failure of its own', async () => {
    const main = await world.main({ env: world.regionEnv(), tools: TOOLS });
    expect(main.errors).toHaveLength(1);
  });
});
