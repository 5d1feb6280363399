import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { denied, ecrError, stsError, THROTTLED } from '../harness/aws-services.ts';
import { type Fault, text } from '../harness/http-stand-in.ts';
import { type AgentProblem, agentFault } from '../harness/pod-identity-agent.ts';
import { FAKE_DOCKER, FAST, useWorld, world } from '../harness/use-world.ts';
import type { StepChoice } from '../harness/world.ts';

// One row for each remedy: how the failure is brought about, and the words that a user acts on, between ` | `.

useWorld();

type Row = [title: string, arrange: () => StepChoice | Promise<StepChoice>, words: string];

/** The step fails with one error that has the words, a likely cause and a remedy. */
function explains(rows: readonly Row[]): void {
  test.each(rows)('%s', async (_, arrange, words) => {
    const main = await world.main({ tools: FAKE_DOCKER, isQuiet: true, ...(await arrange()) });
    expect([main.exitCode, main.errors.length, main.outputs, main.summary]).toEqual([1, 1, {}, '']);
    for (const word of [...words.split(' | '), '\nLikely cause: ', '\nWhat to do: '])
      expect(main.errors[0]).toContain(word);
  });
}

const POD = { KUBERNETES_SERVICE_HOST: '10.100.0.1', HOSTNAME: 'arc-dind-x7k2p-runner-9vq4z' };
const CONTAINER = {
  HOME: '/github/home',
  GITHUB_WORKSPACE: '/__w/app/app',
  DOCKER_CONFIG: '/nonexistent/docker',
};
const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
const ASSOCIATE = 'aws eks create-pod-identity-association';
const THIS_POD = '--namespace arc-runners --service-account build';
const NODE_LOG =
  'kubectl get pods -n kube-system | app.kubernetes.io/name=eks-pod-identity-agent | spec.nodeName=ip-10-0-1-2.eu-west-1.compute.internal | kubectl logs -n kube-system';

describe('EKS Pod Identity', () => {
  const agent = (problem: AgentProblem): (() => StepChoice) => fault(agentFault(problem));
  const fault = (response: Fault) => (): StepChoice => {
    world.agent.faults.always(response);
    return { env: { ...world.podIdentityEnv(), ...FAST } };
  };
  const uri = (value: string) => (): StepChoice => ({
    env: { ...world.podIdentityEnv(), AWS_CONTAINER_CREDENTIALS_FULL_URI: value },
  });
  explains([
    [
      'no association',
      agent('no association'),
      `ResourceNotFoundException | ${ASSOCIATE} | --region eu-west-1 | ${THIS_POD}`,
    ],
    [
      'the trust policy of the role',
      agent('trust policy'),
      'sts:TagSession | pods.eks.amazonaws.com | aws:SourceArn | aws:SourceAccount | target role',
    ],
    [
      'the node cannot call EKS Auth',
      agent('node denied'),
      'eks-auth:AssumeRoleForPodIdentity | arn:aws:iam::123456789012:role/node-role | AmazonEKSWorkerNodePolicy',
    ],
    [
      'a token for another audience',
      () => ({ env: world.podIdentityEnv({ audience: 'x' }) }),
      `audience | ${TOKEN_FILE}`,
    ],
    ['a token without claims', agent('missing pod claims'), `missing pod claims | ${TOKEN_FILE}`],
    [
      'an expired token',
      () => ({ env: world.podIdentityEnv({ expiresInS: -60 }) }),
      'token is expired | copy',
    ],
    [
      'no token file',
      () => ({ env: { ...world.podIdentityEnv(), [TOKEN_FILE]: join(world.directory, 'none') } }),
      'ENOENT | /none | fsGroup',
    ],
    ['a proxy before EKS Auth', agent('a proxy denies EKS Auth'), `HTTP 403: [] | proxy | ${NODE_LOG}`],
    [
      'expired credentials of the node',
      agent('node credentials expired'),
      'The token of this pod is not the cause | IamInstanceProfile',
    ],
    [
      'a node without credentials',
      agent('node has no credentials'),
      `no EC2 IMDS role found | instance profile | ${NODE_LOG}`,
    ],
    ['throttling', agent('throttled'), 'Rate exceeded | issue 171 | fewer runners'],
    ['an agent without a region', agent('no region'), 'Missing Region | AWS_REGION=eu-west-1'],
    [
      'a URI that is not allowed',
      uri('http://10.0.0.1/v1/credentials'),
      'not accepted | http://169.254.170.23/v1/credentials',
    ],
    [
      'a page in place of credentials',
      fault(text(200, '<html>welcome</html>')),
      'proxy | AWS_CONTAINER_CREDENTIALS_FULL_URI',
    ],
    ['no response', fault('hang'), 'no response within 12 s | 169.254.170.23/32 | aws eks create-addon'],
    [
      'no agent',
      async () => {
        const env = { ...world.podIdentityEnv(), ...FAST };
        await world.agent.stop();
        return { env };
      },
      'ECONNREFUSED | aws eks create-addon | spec.nodeName=',
    ],
    [
      'a pod that is older than its association',
      () => ({ env: { ...world.regionEnv(), ...POD } }),
      `${ASSOCIATE} | aws eks list-pod-identity-associations | kubectl delete pod -n <namespace> ${POD.HOSTNAME}`,
    ],
    [
      'a pod without the variables, and credential-source container',
      () => ({ env: { ...world.regionEnv(), ...POD }, inputs: { 'credential-source': 'container' } }),
      'AWS_CONTAINER_CREDENTIALS_FULL_URI is not set | kubectl delete pod',
    ],
    ...['auto', 'default-chain'].map(
      (source): Row => [
        `the container of a job, with credential-source ${source}`,
        () => ({ env: { ...world.regionEnv(), ...CONTAINER }, inputs: { 'credential-source': source } }),
        `AWS_CONTAINER_CREDENTIALS_FULL_URI: http://169.254.170.23/v1/credentials | ${TOKEN_FILE}: /var/run/secrets/pods.eks.amazonaws.com | volumes:`,
      ],
    ),
    [
      'the container of a job, without a region',
      () => ({ env: CONTAINER }),
      'AWS_REGION: <region> | volumes:',
    ],
  ]);
});

describe('credentials', () => {
  const sts = (code: string, message: string, env: () => Record<string, string>) => (): StepChoice => {
    world.aws.faults.always(stsError(403, code, message));
    return { env: env() };
  };
  const profile = (source: string) => (): Record<string, string> => {
    const role = 'role_arn = arn:aws:iam::210987654321:role/push';
    world.writeHome('.aws/config', `[profile push]\n${role}\n${source}\n`);
    return { ...world.podIdentityEnv(), AWS_PROFILE: 'push' };
  };
  explains([
    [
      'none on a runner of GitHub',
      () => ({ env: { ...world.regionEnv(), RUNNER_ENVIRONMENT: 'github-hosted' } }),
      'id-token: write | configure-aws-credentials',
    ],
    ['none anywhere else', () => ({ env: world.regionEnv() }), `${ASSOCIATE} | configure-aws-credentials`],
    [
      'IRSA: the role does not let this token in',
      sts('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', () =>
        world.webIdentityEnv(),
      ),
      'system:serviceaccount: | sts.amazonaws.com | oidc',
    ],
    [
      'a role that a profile cannot assume',
      sts(
        'AccessDenied',
        'User: arn:aws:sts::123456789012:assumed-role/pod-role/x is not authorized to perform: sts:TagSession on resource: arn:aws:iam::210987654321:role/push',
        profile('credential_source = EcsContainer'),
      ),
      'sts:TagSession | arn:aws:iam::210987654321:role/push | arn:aws:iam::123456789012:role/pod-role',
    ],
  ]);

  test('only what was searched is said to have been searched', async () => {
    const inputs = { 'credential-source': 'default-chain' };
    const main = await world.main({ env: world.regionEnv(), inputs, tools: FAKE_DOCKER });
    expect(main.errors[0]?.split('What to do')[0]).not.toMatch(/EKS Pod Identity|keys in|a profile/);
  });
});

describe('Amazon ECR', () => {
  const ecr =
    (fault: Fault, env: Record<string, string> = {}) =>
    (): StepChoice => {
      world.aws.faults.always(fault);
      return { env: { ...world.podIdentityEnv(), ...env } };
    };
  explains([
    [
      'access denied',
      ecr(denied('ecr:GetAuthorizationToken')),
      'arn:aws:iam::123456789012:role/pod-role | "Action": "ecr:GetAuthorizationToken"',
    ],
    [
      'access denied at ECR Public',
      () => ({
        ...ecr(denied('ecr-public:GetAuthorizationToken'))(),
        inputs: { 'registry-type': 'public' },
      }),
      'Amazon ECR Public | ecr-public:GetAuthorizationToken | sts:GetServiceBearerToken',
    ],
    [
      'expired keys',
      ecr(ecrError(400, 'ExpiredTokenException', 'The security token included in the request is expired')),
      'expired | aws sts get-caller-identity --region eu-west-1',
    ],
    ['throttling', ecr(THROTTLED, FAST), 'Rate exceeded | Service Quotas'],
    [
      'no way to the endpoint',
      () => ({ env: { ...world.podIdentityEnv(), ...FAST, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } }),
      'ECONNREFUSED | ecr.api | ecr.dkr | s3',
    ],
    [
      'no region',
      () => ({ env: { ...world.podIdentityEnv(), AWS_REGION: '', AWS_DEFAULT_REGION: '' } }),
      'aws-region',
    ],
  ]);

  test('in words that nobody knows: they reach the user, on one line', async () => {
    world.aws.faults.always(ecrError(400, 'TeapotException', 'the teapot\n::add-mask::is full'));
    const main = await world.main({ env: world.podIdentityEnv(), tools: FAKE_DOCKER });
    expect(main.errors).toEqual([
      expect.stringContaining('eu-west-1: TeapotException: the teapot ::add-mask::is full'),
    ]);
  });
});

describe('the container client', () => {
  const docker =
    (stderr: string, env: Record<string, string> = {}) =>
    (): StepChoice => ({
      env: { ...world.podIdentityEnv(), ...env },
      tools: { docker: { stderr, exitCode: 1 } },
    });
  const GET = 'Error response from daemon: Get "https://host/v2/":';
  explains([
    [
      'is not there',
      () => ({ env: world.podIdentityEnv(), tools: {} }),
      'on PATH | container-cli | config-file | docker-cli',
    ],
    [
      'finds no daemon',
      docker(
        'Cannot connect to the Docker daemon at tcp://localhost:2376. Is the docker daemon running?',
        FAST,
      ),
      'DOCKER_HOST | docker info',
    ],
    [
      'gets the 400 of a registry',
      docker(`Error: Head "https://host/v2/": received unexpected HTTP status: 400 Bad Request`),
      "region | 'registries'",
    ],
    [
      'cannot reach the registry',
      docker(`${GET} dial tcp 10.0.0.1:443: i/o timeout`, FAST),
      'i/o timeout | ecr.dkr',
    ],
    ['is denied by its proxy', docker(`${GET} Proxy Authentication Required`), 'proxy | secrets.PROXY_URL'],
  ]);
});

test('the stack is in the debug log only', async () => {
  world.aws.faults.always(denied('ecr:GetAuthorizationToken'));
  const quiet = await world.main({ env: world.podIdentityEnv(), isQuiet: true, tools: FAKE_DOCKER });
  expect(quiet.log).not.toMatch(/^\s+at /m);
  const main = await world.main({ env: world.podIdentityEnv(), tools: FAKE_DOCKER });
  expect(main.log).toMatch(/^##\[debug\].*\n\s+at /m);
});
