import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { denied, ecrError, stsError, THROTTLED } from '../harness/aws-services.ts';
import { type Fault, text } from '../harness/http-stand-in.ts';
import { type AgentProblem, agentFault } from '../harness/pod-identity-agent.ts';
import { FAKE_DOCKER, FAST, useWorld, world } from '../harness/use-world.ts';
import type { Environment, StepChoice } from '../harness/world.ts';

useWorld({ tools: FAKE_DOCKER });

/** How a failure is brought about, and words that its error must have. */
type Case = {
  title: string;
  arrange: () => StepChoice;
  words: string[];
};

/** A case for each remedy: the step fails with one error that has a likely cause, a remedy and the words. */
function explains(cases: Case[]): void {
  test.each(cases)('$title', async ({ arrange, words }) => {
    const main = await world.main({ isQuiet: true, ...arrange() });
    expect([main.exitCode, main.errors.length, main.summary]).toEqual([1, 1, '']);

    // A registry whose login fails is an output: steps that run all the same log out of it.
    const names = main.log.includes('Logging in to') ? ['registry'] : [];
    expect(Object.keys(main.outputs)).toEqual(names);

    for (const word of [...words, '\nLikely cause: ', '\nWhat to do: '])
      expect(main.errors[0]).toContain(word);
  });
}

/** A step of a pod with an identity, with other variables of its own. */
const pod = (env: Environment): StepChoice => ({ env: { ...world.podIdentityEnv(), ...env } });

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

  const fault = (response: Fault) => (): StepChoice => {
    world.agent.faults.always(response);
    return pod(FAST);
  };
  const problem = (name: AgentProblem) => fault(agentFault(name));
  const without = (env: Environment, source: string) => (): StepChoice => ({
    env: { ...world.regionEnv(), ...env },
    inputs: { 'credential-source': source },
  });

  explains([
    {
      title: 'no association',
      arrange: problem('no association'),
      words: [
        'ResourceNotFoundException',
        ASSOCIATE,
        '--region eu-west-1',
        '--namespace arc-runners --service-account build',
      ],
    },
    {
      title: 'trust policy',
      arrange: problem('trust policy'),
      words: [
        'sts:TagSession',
        'pods.eks.amazonaws.com',
        'aws:SourceArn',
        'aws:SourceAccount',
        'target role',
      ],
    },
    {
      title: 'node denied',
      arrange: problem('node denied'),
      words: [
        'eks-auth:AssumeRoleForPodIdentity',
        'arn:aws:iam::123456789012:role/node-role',
        'AmazonEKSWorkerNodePolicy',
      ],
    },
    {
      title: 'a token for another audience',
      arrange: () => ({ env: world.podIdentityEnv({ audience: 'x' }) }),
      words: ['audience', TOKEN_FILE],
    },
    {
      title: 'missing pod claims',
      arrange: problem('missing pod claims'),
      words: ['missing pod claims', TOKEN_FILE],
    },
    {
      title: 'an expired token',
      arrange: () => ({ env: world.podIdentityEnv({ expiresInS: -60 }) }),
      words: ['token is expired', 'copy'],
    },
    {
      title: 'no token file',
      arrange: () => pod({ [TOKEN_FILE]: join(world.directory, 'none') }),
      words: ['ENOENT', '/none', 'fsGroup'],
    },
    {
      title: 'a proxy denies EKS Auth',
      arrange: problem('a proxy denies EKS Auth'),
      words: ['HTTP 403: []', 'proxy', ...NODE_LOG],
    },
    {
      title: 'node credentials expired',
      arrange: problem('node credentials expired'),
      words: ['The token of this pod is not the cause', 'IamInstanceProfile'],
    },
    {
      title: 'node has no credentials',
      arrange: problem('node has no credentials'),
      words: ['no EC2 IMDS role found', 'instance profile', ...NODE_LOG],
    },
    {
      title: 'throttled',
      arrange: problem('throttled'),
      words: ['Rate exceeded', 'issue 171', 'fewer runners'],
    },
    {
      title: 'no region',
      arrange: problem('no region'),
      words: ['Missing Region', 'AWS_REGION=eu-west-1'],
    },
    {
      title: 'a URI that is not allowed',
      arrange: () => pod({ [URI]: 'http://10.0.0.1/v1/credentials' }),
      words: ['not accepted', 'http://169.254.170.23/v1/credentials'],
    },
    {
      title: 'a page in place of credentials',
      arrange: fault(text(200, '<html>welcome</html>')),
      words: ['proxy', URI],
    },
    {
      title: 'no response',
      arrange: fault('hang'),
      words: ['no response within 12 s', '169.254.170.23/32', 'aws eks create-addon'],
    },
    {
      title: 'no agent',
      // Another test can have the port of an agent that was stopped.
      arrange: () => pod({ ...FAST, [URI]: 'http://127.0.0.1:1/' }),
      words: ['ECONNREFUSED', 'aws eks create-addon', 'spec.nodeName='],
    },
    {
      title: 'a pod older than its association',
      arrange: without(POD, 'auto'),
      words: [
        ASSOCIATE,
        'aws eks list-pod-identity-associations',
        `kubectl delete pod -n <namespace> ${POD.HOSTNAME}`,
      ],
    },
    {
      title: 'a pod without the variables, and credential-source container',
      arrange: without(POD, 'container'),
      words: [`${URI} is not set`, 'kubectl delete pod'],
    },
    {
      title: 'the container of a job',
      arrange: without(CONTAINER, 'auto'),
      words: GIVE,
    },
    {
      title: 'the container of a job, with credential-source default-chain',
      arrange: without(CONTAINER, 'default-chain'),
      words: GIVE,
    },
    {
      title: 'the container of a job, without a region',
      arrange: () => ({ env: CONTAINER }),
      words: ['AWS_REGION: <region>', 'volumes:'],
    },
  ]);
});

describe('credentials', () => {
  const PUSH = 'arn:aws:iam::210987654321:role/push';

  const sts = (message: string): void =>
    world.aws.faults.always(stsError(403, 'AccessDenied', message));

  explains([
    {
      title: 'none on a runner of GitHub',
      arrange: () => ({ env: { ...world.regionEnv(), RUNNER_ENVIRONMENT: 'github-hosted' } }),
      words: ['id-token: write', 'configure-aws-credentials'],
    },
    {
      title: 'none anywhere else',
      arrange: () => ({ env: world.regionEnv() }),
      words: [ASSOCIATE, 'configure-aws-credentials'],
    },
    {
      title: 'IRSA: the role does not let this token in',
      arrange: () => {
        sts('Not authorized to perform sts:AssumeRoleWithWebIdentity');
        return { env: world.webIdentityEnv() };
      },
      words: ['system:serviceaccount:', 'sts.amazonaws.com', 'oidc'],
    },
    {
      title: 'STS that does not answer',
      arrange: () => {
        world.aws.faults.always('hang');
        return {
          env: { ...world.webIdentityEnv(), ...FAST },
          inputs: { 'max-attempts': '1' },
        };
      },
      words: ['no response within 15 s', 'create-vpc-endpoint', '.sts'],
    },
    {
      title: 'a role that a profile cannot assume',
      arrange: () => {
        const user = 'arn:aws:sts::123456789012:assumed-role/pod-role/x';
        const action = `sts:TagSession on resource: ${PUSH}`;
        sts(`User: ${user} is not authorized to perform: ${action}`);

        const profile = `role_arn = ${PUSH}\ncredential_source = EcsContainer`;
        world.writeHome('.aws/config', `[profile push]\n${profile}\n`);
        return pod({ AWS_PROFILE: 'push' });
      },
      words: ['sts:TagSession', PUSH, POD_ROLE],
    },
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
    {
      title: 'access denied',
      arrange: fault(denied('ecr:GetAuthorizationToken')),
      words: [POD_ROLE, '"Action": "ecr:GetAuthorizationToken"'],
    },
    {
      title: 'access denied at ECR Public',
      arrange: fault(denied('ecr-public:GetAuthorizationToken'), {
        inputs: { 'registry-type': 'public' },
      }),
      words: ['Amazon ECR Public', 'ecr-public:GetAuthorizationToken', 'sts:GetServiceBearerToken'],
    },
    {
      title: 'expired keys',
      arrange: fault(ecrError(400, 'ExpiredTokenException', expired)),
      words: ['expired', 'aws sts get-caller-identity --region eu-west-1'],
    },
    {
      title: 'throttling',
      arrange: () => {
        world.aws.faults.always(THROTTLED);
        return pod(FAST);
      },
      words: ['Rate exceeded', 'Service Quotas'],
    },
    {
      title: 'no way to the endpoint',
      arrange: () => pod({ ...FAST, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }),
      words: ['ECONNREFUSED', 'com.amazonaws.eu-west-1.ecr.api', 'ecr.dkr', 's3'],
    },
    {
      title: 'no region',
      arrange: () => pod({ AWS_REGION: '', AWS_DEFAULT_REGION: '' }),
      words: ['aws-region'],
    },
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
    ...pod(FAST),
    tools: { docker: { stderr, exitCode: 1 } },
  });

  explains([
    {
      title: 'is not there',
      arrange: () => ({ ...pod(FAST), tools: {} }),
      words: ['on PATH', 'container-cli', 'config-file', 'docker-cli'],
    },
    {
      title: 'finds no daemon',
      arrange: says(
        'Cannot connect to the Docker daemon at tcp://localhost:2376. Is the docker daemon running?',
      ),
      words: ['DOCKER_HOST', 'docker info'],
    },
    {
      title: 'gets the 400 of a registry',
      arrange: says(
        'Error: Head "https://host/v2/": received unexpected HTTP status: 400 Bad Request',
      ),
      words: ['region', "'registries'"],
    },
    {
      title: 'cannot reach the registry',
      arrange: says(`${GET} dial tcp 10.0.0.1:443: i/o timeout`),
      words: ['i/o timeout', 'com.amazonaws.<region>.ecr.dkr'],
    },
    {
      title: 'is denied by its proxy',
      arrange: says(`${GET} Proxy Authentication Required`),
      words: ['proxy', 'secrets.PROXY_URL'],
    },
  ]);
});

test('the stack is in the debug log only', async () => {
  world.aws.faults.always(denied('ecr:GetAuthorizationToken'));
  const quiet = await world.main({ isQuiet: true });

  expect(quiet.log).not.toMatch(/^\s+at /m);

  const main = await world.main();
  expect(main.log).toMatch(/^##\[debug\].*\n\s+at /m);
});
