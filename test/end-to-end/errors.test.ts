import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { denied, ecrError, stsError, THROTTLED } from '../harness/aws-services.ts';
import { type Fault, text } from '../harness/http-stand-in.ts';
import { type AgentProblem, agentFault } from '../harness/pod-identity-agent.ts';
import { FAKE_DOCKER, FAST, useWorld, world } from '../harness/use-world.ts';
import type { Environment, StepChoice } from '../harness/world.ts';

useWorld({ tools: FAKE_DOCKER });

/** How a failure is brought about, and words that its error must have. */
type Case = [title: string, arrange: () => StepChoice, words: string[]];

/** A case for each remedy: the step fails with one error that has a likely cause, a remedy and the words. */
function explains(cases: Case[]): void {
  test.each(cases)('%s', async (_, arrange, words) => {
    const main = await world.main({ withoutDebugLog: true, ...arrange() });
    expect([main.exitCode, main.errors.length, main.summary]).toEqual([1, 1, '']);

    // A registry whose login fails is an output: steps that run all the same log out of it.
    const names = main.log.includes('Logging in to') ? ['registry'] : [];
    expect(Object.keys(main.outputs)).toEqual(names);

    for (const word of [...words, '\nLikely cause: ', '\nWhat to do: '])
      expect(main.errors[0]).toContain(word);
  });
}

const ASSOCIATE = 'aws eks create-pod-identity-association';
const POD_ROLE = 'arn:aws:iam::123456789012:role/pod-role';

describe('EKS Pod Identity', () => {
  const URI = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
  const POD = {
    KUBERNETES_SERVICE_HOST: '10.100.0.1',
    HOSTNAME: 'arc-dind-x7k2p-runner-9vq4z',
  };
  const CONTAINER = {
    HOME: '/github/home',
    GITHUB_WORKSPACE: '/__w/app/app',
    DOCKER_CONFIG: '/nonexistent/docker',
  };

  /** The commands that show the log of the node's agent. */
  const NODE_LOG = [
    'kubectl get pods -n kube-system',
    'app.kubernetes.io/name=eks-pod-identity-agent',
    'spec.nodeName=ip-10-0-1-2.eu-west-1.compute.internal',
    'kubectl logs -n kube-system',
  ];

  /** What a workflow gives to the container of a job. */
  const GIVE = [
    `${URI}: http://169.254.170.23/v1/credentials`,
    `${TOKEN_FILE}: /var/run/secrets/pods.eks.amazonaws.com`,
    'volumes:',
  ];

  const fault = (response: Fault) => () => {
    world.agent.faults.always(response);
    return { moreEnv: FAST };
  };
  const agentSays = (problem: AgentProblem, words: string[]): Case => [
    problem,
    fault(agentFault(problem)),
    words,
  ];
  const without = (env: Environment, source: string) => (): StepChoice => ({
    env: { ...world.regionEnv(), ...env },
    inputs: { 'credential-source': source },
  });

  explains([
    agentSays('no association', [
      'ResourceNotFoundException',
      ASSOCIATE,
      '--region eu-west-1',
      '--namespace arc-runners --service-account build',
    ]),
    agentSays('trust policy', [
      'sts:TagSession',
      'pods.eks.amazonaws.com',
      'aws:SourceArn',
      'aws:SourceAccount',
      'target role',
    ]),
    agentSays('node denied', [
      'eks-auth:AssumeRoleForPodIdentity',
      'arn:aws:iam::123456789012:role/node-role',
      'AmazonEKSWorkerNodePolicy',
    ]),
    [
      'a token for another audience',
      () => ({ env: world.podIdentityEnv({ audience: 'x' }) }),
      ['audience', TOKEN_FILE],
    ],
    agentSays('missing pod claims', ['missing pod claims', TOKEN_FILE]),
    [
      'an expired token',
      () => ({ env: world.podIdentityEnv({ expiresInS: -60 }) }),
      ['token is expired', 'copy'],
    ],
    [
      'no token file',
      () => ({ moreEnv: { [TOKEN_FILE]: join(world.directory, 'none') } }),
      ['ENOENT', '/none', 'fsGroup'],
    ],
    agentSays('a proxy denies EKS Auth', ['HTTP 403: []', 'proxy', ...NODE_LOG]),
    agentSays('node credentials expired', [
      'The token of this pod is not the cause',
      'IamInstanceProfile',
    ]),
    agentSays('node has no credentials', [
      'no EC2 IMDS role found',
      'instance profile',
      ...NODE_LOG,
    ]),
    agentSays('throttled', ['Rate exceeded', 'issue 171', 'fewer runners']),
    agentSays('no region', ['Missing Region', 'AWS_REGION=eu-west-1']),
    [
      'a URI that is not allowed',
      () => ({ moreEnv: { [URI]: 'http://10.0.0.1/v1/credentials' } }),
      ['not accepted', 'http://169.254.170.23/v1/credentials'],
    ],
    ['a page in place of credentials', fault(text(200, '<html>welcome</html>')), ['proxy', URI]],
    [
      'no response',
      fault('hang'),
      ['no response within 12 s', '169.254.170.23/32', 'aws eks create-addon'],
    ],
    [
      'no agent',
      // Another test can have the port of an agent that was stopped.
      () => ({ moreEnv: { ...FAST, [URI]: 'http://127.0.0.1:1/' } }),
      ['ECONNREFUSED', 'aws eks create-addon', 'spec.nodeName='],
    ],
    [
      'a pod older than its association',
      without(POD, 'auto'),
      [
        ASSOCIATE,
        'aws eks list-pod-identity-associations',
        `kubectl delete pod --namespace <namespace> ${POD.HOSTNAME}`,
      ],
    ],
    [
      'a pod without the variables, and credential-source container',
      without(POD, 'container'),
      [`${URI} is not set`, 'kubectl delete pod'],
    ],
    ['the container of a job', without(CONTAINER, 'auto'), GIVE],
    [
      'the container of a job, with credential-source default-chain',
      without(CONTAINER, 'default-chain'),
      GIVE,
    ],
    [
      'the container of a job, without a region',
      () => ({ env: CONTAINER }),
      ['AWS_REGION: <region>', 'volumes:'],
    ],
  ]);
});

describe('credentials', () => {
  const PUSH = 'arn:aws:iam::210987654321:role/push';

  const sts = (message: string): void =>
    world.aws.faults.always(stsError(403, 'AccessDenied', message));

  explains([
    [
      'none on a runner of GitHub',
      () => ({ env: { ...world.regionEnv(), RUNNER_ENVIRONMENT: 'github-hosted' } }),
      ['id-token: write', 'configure-aws-credentials'],
    ],
    [
      'none anywhere else',
      () => ({ env: world.regionEnv() }),
      [ASSOCIATE, 'configure-aws-credentials'],
    ],
    [
      'IRSA: the role does not let this token in',
      () => {
        sts('Not authorized to perform sts:AssumeRoleWithWebIdentity');
        return { env: world.webIdentityEnv() };
      },
      ['system:serviceaccount:', 'sts.amazonaws.com', 'oidc'],
    ],
    [
      'STS that does not answer',
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

  test('only what was searched is said to have been searched', async () => {
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
  const expired = 'The security token included in the request is expired';

  explains([
    [
      'access denied',
      fault(denied('ecr:GetAuthorizationToken')),
      [POD_ROLE, '"Action": "ecr:GetAuthorizationToken"'],
    ],
    [
      'access denied at ECR Public',
      fault(denied('ecr-public:GetAuthorizationToken'), {
        inputs: { 'registry-type': 'public' },
      }),
      ['Amazon ECR Public', 'ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken'],
    ],
    [
      'expired keys',
      fault(ecrError(400, 'ExpiredTokenException', expired)),
      ['expired', 'aws sts get-caller-identity --region eu-west-1'],
    ],
    [
      'throttling',
      () => {
        world.aws.faults.always(THROTTLED);
        return { moreEnv: FAST };
      },
      ['Rate exceeded', 'Service Quotas'],
    ],
    [
      'no way to the endpoint',
      () => ({ moreEnv: { ...FAST, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } }),
      ['ECONNREFUSED', 'com.amazonaws.eu-west-1.ecr.api', 'ecr.dkr', 's3'],
    ],
    [
      'no region',
      () => ({ moreEnv: { AWS_REGION: '', AWS_DEFAULT_REGION: '' } }),
      ['aws-region', 'AWS_REGION', 'AWS_DEFAULT_REGION'],
    ],
  ]);

  test('in words that nobody knows: they reach the user, on one line', async () => {
    world.aws.faults.always(ecrError(400, 'TeapotException', 'the teapot\n::add-mask::is full'));
    const { errors } = await world.main();

    expect(errors.join()).toContain('eu-west-1: TeapotException: the teapot ::add-mask::is full');
    expect(errors).toHaveLength(1);
  });
});

describe('the container client', () => {
  const GET = 'Error response from daemon: Get "https://host/v2/":';
  const says = (stderr: string) => (): StepChoice => ({
    moreEnv: FAST,
    tools: { docker: { stderr, exitCode: 1 } },
  });

  explains([
    [
      'is not there',
      () => ({ moreEnv: FAST, tools: {} }),
      ['on PATH', 'container-cli', 'config-file', 'docker-cli'],
    ],
    [
      'finds no daemon',
      says(
        'Cannot connect to the Docker daemon at tcp://localhost:2376. Is the docker daemon running?',
      ),
      ['DOCKER_HOST', 'docker info'],
    ],
    [
      'gets the 400 of a registry',
      says('Error: Head "https://host/v2/": received unexpected HTTP status: 400 Bad Request'),
      ['region', "'registries'"],
    ],
    [
      'cannot reach the registry',
      says(`${GET} dial tcp 10.0.0.1:443: i/o timeout`),
      ['i/o timeout', 'com.amazonaws.<region>.ecr.dkr'],
    ],
    [
      'is denied by its proxy',
      says(`${GET} Proxy Authentication Required`),
      ['proxy', 'secrets.PROXY_URL'],
    ],
  ]);
});

test('the stack is in the debug log only', async () => {
  world.aws.faults.always(denied('ecr:GetAuthorizationToken'));
  const quiet = await world.main({ withoutDebugLog: true });

  expect(quiet.log).not.toMatch(/^\s+at /m);

  const main = await world.main();
  expect(main.log).toMatch(/^##\[debug\].*\n\s+at /m);
});
