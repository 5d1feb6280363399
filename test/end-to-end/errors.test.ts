import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { denied, ecrError, stsError, THROTTLED } from '../harness/aws-services.ts';
import { type Fault, text } from '../harness/http-stand-in.ts';
import { type AgentProblem, agentFault } from '../harness/pod-identity-agent.ts';
import { table } from '../harness/table.ts';
import { FAKE_DOCKER, FAST, useWorld, world } from '../harness/use-world.ts';
import type { StepChoice } from '../harness/world.ts';

useWorld({ tools: FAKE_DOCKER });

/** How a failure is brought about. */
type Arrange = () => StepChoice | Promise<StepChoice>;

/** A row for each remedy: the step fails with one error that has a likely cause, a remedy, and the words of the row. */
function explains(arranged: (title: string) => Arrange | undefined, titlesAndWords: string): void {
  table(titlesAndWords)('%s', async (title = '', ...words) => {
    const main = await world.main({ isQuiet: true, ...(await arranged(title)?.()) });
    expect([main.exitCode, main.errors.length, main.summary]).toEqual([1, 1, '']);
    // A registry whose login fails is an output: steps that run all the same log out of it.
    const names = main.log.includes('Logging in to') ? ['registry'] : [];
    expect(Object.keys(main.outputs)).toEqual(names);
    for (const word of [...words, '\nLikely cause: ', '\nWhat to do: '])
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
const NODE_LOG =
  'kubectl get pods -n kube-system | app.kubernetes.io/name=eks-pod-identity-agent | spec.nodeName=ip-10-0-1-2.eu-west-1.compute.internal | kubectl logs -n kube-system';
const GIVE = 'AWS_CONTAINER_CREDENTIALS_FULL_URI: http://169.254.170.23/v1/credentials';

describe('EKS Pod Identity', () => {
  const pod = (env: StepChoice['env']): StepChoice => ({
    env: { ...world.podIdentityEnv(), ...env },
  });
  const fault = (response: Fault) => (): StepChoice => {
    world.agent.faults.always(response);
    return pod(FAST);
  };
  const inContainer = (source: string) => (): StepChoice => ({
    env: { ...world.regionEnv(), ...CONTAINER },
    inputs: { 'credential-source': source },
  });
  const arranged: Record<string, Arrange> = {
    'a token for another audience': () => ({ env: world.podIdentityEnv({ audience: 'x' }) }),
    'an expired token': () => ({ env: world.podIdentityEnv({ expiresInS: -60 }) }),
    'no token file': () => pod({ [TOKEN_FILE]: join(world.directory, 'none') }),
    'a URI that is not allowed': () =>
      pod({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://10.0.0.1/v1/credentials' }),
    'a page in place of credentials': fault(text(200, '<html>welcome</html>')),
    'no response': fault('hang'),
    // Another test can have the port of an agent that was stopped.
    'no agent': () => pod({ ...FAST, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/' }),
    'a pod older than its association': () => ({ env: { ...world.regionEnv(), ...POD } }),
    'a pod without the variables, and credential-source container': () => ({
      env: { ...world.regionEnv(), ...POD },
      inputs: { 'credential-source': 'container' },
    }),
    'the container of a job': inContainer('auto'),
    'the container of a job, with credential-source default-chain': inContainer('default-chain'),
    'the container of a job, without a region': () => ({ env: CONTAINER }),
  };
  explains(
    (title) => arranged[title] ?? fault(agentFault(title as AgentProblem)),
    `
    no association                   | ResourceNotFoundException | ${ASSOCIATE} | --region eu-west-1 | --namespace arc-runners --service-account build
    trust policy                     | sts:TagSession | pods.eks.amazonaws.com | aws:SourceArn | aws:SourceAccount | target role
    node denied                      | eks-auth:AssumeRoleForPodIdentity | arn:aws:iam::123456789012:role/node-role | AmazonEKSWorkerNodePolicy
    a token for another audience     | audience | ${TOKEN_FILE}
    missing pod claims               | missing pod claims | ${TOKEN_FILE}
    an expired token                 | token is expired | copy
    no token file                    | ENOENT | /none | fsGroup
    a proxy denies EKS Auth          | HTTP 403: [] | proxy | ${NODE_LOG}
    node credentials expired         | The token of this pod is not the cause | IamInstanceProfile
    node has no credentials          | no EC2 IMDS role found | instance profile | ${NODE_LOG}
    throttled                        | Rate exceeded | issue 171 | fewer runners
    no region                        | Missing Region | AWS_REGION=eu-west-1
    a URI that is not allowed        | not accepted | http://169.254.170.23/v1/credentials
    a page in place of credentials   | proxy | AWS_CONTAINER_CREDENTIALS_FULL_URI
    no response                      | no response within 12 s | 169.254.170.23/32 | aws eks create-addon
    no agent                         | ECONNREFUSED | aws eks create-addon | spec.nodeName=
    a pod older than its association | ${ASSOCIATE} | aws eks list-pod-identity-associations | kubectl delete pod -n <namespace> ${POD.HOSTNAME}
    a pod without the variables, and credential-source container | AWS_CONTAINER_CREDENTIALS_FULL_URI is not set | kubectl delete pod
    the container of a job           | ${GIVE} | ${TOKEN_FILE}: /var/run/secrets/pods.eks.amazonaws.com | volumes:
    the container of a job, with credential-source default-chain | ${GIVE} | ${TOKEN_FILE}: /var/run/secrets/pods.eks.amazonaws.com | volumes:
    the container of a job, without a region | AWS_REGION: <region> | volumes:
  `,
  );
});

describe('credentials', () => {
  const PUSH = 'arn:aws:iam::210987654321:role/push';
  const sts = (message: string, env: () => Record<string, string>) => (): StepChoice => {
    world.aws.faults.always(stsError(403, 'AccessDenied', message));
    return { env: env() };
  };
  const profile = (): Record<string, string> => {
    const lines = ['[profile push]', `role_arn = ${PUSH}`, 'credential_source = EcsContainer\n'];
    world.writeHome('.aws/config', lines.join('\n'));
    return { ...world.podIdentityEnv(), AWS_PROFILE: 'push' };
  };
  const refused = `User: arn:aws:sts::123456789012:assumed-role/pod-role/x is not authorized to perform: sts:TagSession on resource: ${PUSH}`;
  const arranged: Record<string, Arrange> = {
    'none on a runner of GitHub': () => ({
      env: { ...world.regionEnv(), RUNNER_ENVIRONMENT: 'github-hosted' },
    }),
    'none anywhere else': () => ({ env: world.regionEnv() }),
    'IRSA: the role does not let this token in': sts(
      'Not authorized to perform sts:AssumeRoleWithWebIdentity',
      () => world.webIdentityEnv(),
    ),
    'a role that a profile cannot assume': sts(refused, profile),
    'STS that does not answer': () => {
      world.aws.faults.always('hang');
      return { env: { ...world.webIdentityEnv(), ...FAST }, inputs: { 'max-attempts': '1' } };
    },
  };
  explains(
    (title) => arranged[title],
    `
    none on a runner of GitHub                | id-token: write | configure-aws-credentials
    none anywhere else                        | ${ASSOCIATE} | configure-aws-credentials
    IRSA: the role does not let this token in | system:serviceaccount: | sts.amazonaws.com | oidc
    STS that does not answer                  | no response within 15 s | create-vpc-endpoint | .sts
    a role that a profile cannot assume       | sts:TagSession | ${PUSH} | arn:aws:iam::123456789012:role/pod-role
  `,
  );

  test('only what was searched is said to have been searched', async () => {
    const inputs = { 'credential-source': 'default-chain' };
    const main = await world.main({ env: world.regionEnv(), inputs });
    expect(main.errors[0]?.split('What to do')[0]).not.toMatch(
      /EKS Pod Identity|keys in|a profile/,
    );
  });
});

describe('Amazon ECR', () => {
  const ecr = (fault: Fault, choice: () => StepChoice = () => ({})) => {
    return (): StepChoice => {
      world.aws.faults.always(fault);
      return choice();
    };
  };
  const pod = (env: StepChoice['env']) => () => ({ env: { ...world.podIdentityEnv(), ...env } });
  const expired = 'The security token included in the request is expired';
  const arranged: Record<string, Arrange> = {
    'access denied': ecr(denied('ecr:GetAuthorizationToken')),
    'access denied at ECR Public': ecr(denied('ecr-public:GetAuthorizationToken'), () => ({
      inputs: { 'registry-type': 'public' },
    })),
    'expired keys': ecr(ecrError(400, 'ExpiredTokenException', expired)),
    throttling: ecr(THROTTLED, pod(FAST)),
    'no way to the endpoint': pod({ ...FAST, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }),
    'no region': pod({ AWS_REGION: '', AWS_DEFAULT_REGION: '' }),
  };
  explains(
    (title) => arranged[title],
    `
    access denied               | arn:aws:iam::123456789012:role/pod-role | "Action": "ecr:GetAuthorizationToken"
    access denied at ECR Public | Amazon ECR Public | ecr-public:GetAuthorizationToken | sts:GetServiceBearerToken
    expired keys                | expired | aws sts get-caller-identity --region eu-west-1
    throttling                  | Rate exceeded | Service Quotas
    no way to the endpoint      | ECONNREFUSED | com.amazonaws.eu-west-1.ecr.api | ecr.dkr | s3
    no region                   | aws-region
  `,
  );

  test('in words that nobody knows: they reach the user, on one line', async () => {
    world.aws.faults.always(ecrError(400, 'TeapotException', 'the teapot\n::add-mask::is full'));
    const { errors } = await world.main();
    expect(errors.join()).toContain('eu-west-1: TeapotException: the teapot ::add-mask::is full');
    expect(errors).toHaveLength(1);
  });
});

describe('the container client', () => {
  const GET = 'Error response from daemon: Get "https://host/v2/":';
  const says = {
    'finds no daemon':
      'Cannot connect to the Docker daemon at tcp://localhost:2376. Is the docker daemon running?',
    'gets the 400 of a registry':
      'Error: Head "https://host/v2/": received unexpected HTTP status: 400 Bad Request',
    'cannot reach the registry': `${GET} dial tcp 10.0.0.1:443: i/o timeout`,
    'is denied by its proxy': `${GET} Proxy Authentication Required`,
  };
  explains(
    (title) => () => {
      const stderr = says[title as keyof typeof says];
      const env = { ...world.podIdentityEnv(), ...FAST };
      return { env, tools: stderr === undefined ? {} : { docker: { stderr, exitCode: 1 } } };
    },
    `
    is not there               | on PATH | container-cli | config-file | docker-cli
    finds no daemon            | DOCKER_HOST | docker info
    gets the 400 of a registry | region | 'registries'
    cannot reach the registry  | i/o timeout | com.amazonaws.<region>.ecr.dkr
    is denied by its proxy     | proxy | secrets.PROXY_URL
  `,
  );
});

test('the stack is in the debug log only', async () => {
  world.aws.faults.always(denied('ecr:GetAuthorizationToken'));
  const quiet = await world.main({ isQuiet: true });
  expect(quiet.log).not.toMatch(/^\s+at /m);
  const main = await world.main();
  expect(main.log).toMatch(/^##\[debug\].*\n\s+at /m);
});
