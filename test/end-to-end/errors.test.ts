import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { denied, stsError } from '../harness/aws-services.ts';
import { type Fault, text } from '../harness/http-stand-in.ts';
import { NO_ASSOCIATION, plainText } from '../harness/pod-identity-agent.ts';
import { FAKE_DOCKER, FAST, ONE_ERROR, useWorld, world } from '../harness/use-world.ts';
import type { StepChoice } from '../harness/world.ts';

useWorld({ tools: FAKE_DOCKER });

/** A failure, what makes it happen, and words that the error must have. */
type Case = [failure: string, arrange: () => StepChoice, words: string[]];

/** Tests that the one error of the step has the words, a likely cause and what to do. */
function testErrors(cases: Case[]) {
  test.each(cases)('the error says what to do about %s', async (_, arrange, words) => {
    const main = await world.main({ withoutDebugLog: true, ...arrange() });
    expect(main).toMatchObject({ ...ONE_ERROR, summary: '' });

    // If the login to a registry fails, the registry is an output. Later steps can log out of it.
    const isLoginTried = main.log.includes('Logging in to');
    expect(Object.keys(main.outputs)).toEqual(isLoginTried ? ['registry'] : []);

    for (const word of [...words, '\nLikely cause: ', '\nWhat to do: '])
      expect(main.errors[0]).toContain(word);
  });
}

const ASSOCIATE = 'aws eks create-pod-identity-association';
const POD_ROLE = 'arn:aws:iam::123456789012:role/pod-role';

describe('EKS Pod Identity', () => {
  const URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
  const CONTAINER = {
    HOME: '/github/home',
    GITHUB_WORKSPACE: '/__w/app/app',
    DOCKER_CONFIG: '/nonexistent/docker',
  };

  const fault = (response: Fault) => () => {
    world.agent.faults.always(response);
    return { moreEnv: FAST };
  };

  testErrors([
    [
      'a service account without an association',
      fault(NO_ASSOCIATION),
      [
        'ResourceNotFoundException',
        ASSOCIATE,
        '--region eu-west-1',
        '--namespace arc-runners --service-account build',
      ],
    ],
    [
      'a token for another audience',
      () => ({ env: world.podIdentityEnv({ audience: 'x' }) }),
      ['audience', TOKEN_FILE],
    ],
    [
      'no token file',
      () => ({ moreEnv: { [TOKEN_FILE]: join(world.directory, 'none') } }),
      ['ENOENT', '/none', 'fsGroup'],
    ],
    [
      'an agent whose calls to EKS Auth a proxy denies',
      fault(plainText(403, '[]')),
      [
        'HTTP 403: []',
        'proxy',
        'app.kubernetes.io/name=eks-pod-identity-agent',
        'spec.nodeName=ip-10-0-1-2.eu-west-1.compute.internal',
      ],
    ],
    [
      'a URI that is not allowed',
      () => ({ moreEnv: { [URI]: 'http://10.0.0.1/v1/credentials' } }),
      ['not accepted', 'http://169.254.170.23/v1/credentials'],
    ],
    ['a page in place of credentials', fault(text(200, '<html>welcome</html>')), ['proxy', URI]],
    [
      'an agent that is not there',
      // Not the port of a stopped agent, which another test can use by now.
      () => ({ moreEnv: { ...FAST, [URI]: 'http://127.0.0.1:1/' } }),
      ['ECONNREFUSED', 'aws eks create-addon', 'spec.nodeName='],
    ],
    [
      'the container of a job, with credential-source default-chain',
      () => ({
        env: { ...world.regionEnv(), ...CONTAINER },
        inputs: { 'credential-source': 'default-chain' },
      }),
      [
        `${URI}: http://169.254.170.23/v1/credentials`,
        `${TOKEN_FILE}: /var/run/secrets/pods.eks.amazonaws.com`,
        'volumes:',
      ],
    ],
  ]);
});

describe('credentials', () => {
  const PUSH = 'arn:aws:iam::210987654321:role/push';

  const sts = (message: string) => world.aws.faults.always(stsError(403, 'AccessDenied', message));

  testErrors([
    [
      'a role of IRSA that does not trust the token',
      () => {
        sts('Not authorized to perform sts:AssumeRoleWithWebIdentity');
        return { env: world.webIdentityEnv() };
      },
      ['system:serviceaccount:', 'sts.amazonaws.com', 'oidc'],
    ],
    [
      'STS that does not respond',
      () => {
        world.aws.faults.always('hang');
        return {
          env: { ...world.webIdentityEnv(), ...FAST },
          inputs: { 'max-attempts': '1' },
        };
      },
      ['no response within 15 s', 'create-vpc-endpoint', '.sts'],
    ],
    [
      'a role that a profile cannot assume',
      () => {
        const user = 'arn:aws:sts::123456789012:assumed-role/pod-role/x';
        const action = `sts:TagSession on resource: ${PUSH}`;
        sts(`User: ${user} is not authorized to perform: ${action}`);

        const profile = `role_arn = ${PUSH}\ncredential_source = EcsContainer`;
        world.writeHome('.aws/config', `[profile push]\n${profile}\n`);
        return { moreEnv: { AWS_PROFILE: 'push' } };
      },
      ['sts:TagSession', PUSH, POD_ROLE],
    ],
  ]);

  test('the error without credentials names only the sources that were searched', async () => {
    const inputs = { 'credential-source': 'default-chain' };
    const main = await world.main({ env: world.regionEnv(), inputs });

    const [cause] = main.errors[0]?.split('What to do') ?? [];
    expect(cause).not.toMatch(/EKS Pod Identity|keys in|a profile/);
  });
});

describe('Amazon ECR', () => {
  const fault =
    (response: Fault, choice: StepChoice = {}) =>
    (): StepChoice => {
      world.aws.faults.always(response);
      return choice;
    };

  testErrors([
    [
      'a call that ECR denies',
      fault(denied('ecr:GetAuthorizationToken')),
      [POD_ROLE, '"Action": "ecr:GetAuthorizationToken"'],
    ],
    [
      'a call that ECR Public denies',
      fault(denied('ecr-public:GetAuthorizationToken'), {
        inputs: { 'registry-type': 'public' },
      }),
      ['Amazon ECR Public', 'ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken'],
    ],
    [
      'an endpoint of ECR that cannot be reached',
      () => ({ moreEnv: { ...FAST, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } }),
      ['ECONNREFUSED', 'com.amazonaws.eu-west-1.ecr.api', 'ecr.dkr', 's3'],
    ],
  ]);
});

describe('the container client', () => {
  const stderr =
    'Error response from daemon: Get "https://host/v2/": Proxy Authentication Required';

  testErrors([
    [
      'a container client that is not there',
      () => ({ moreEnv: FAST, tools: {} }),
      ['on PATH', 'container-cli', 'config-file', 'docker-cli'],
    ],
    [
      'a proxy that denies the container client',
      () => ({ moreEnv: FAST, tools: { docker: { stderr, exitCode: 1 } } }),
      ['proxy', 'secrets.PROXY_URL'],
    ],
  ]);
});
