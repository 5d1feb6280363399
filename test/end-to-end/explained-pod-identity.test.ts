import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { expectExplained, explains } from '../harness/explained.ts';
import { answer, cut, type Fault, hang } from '../harness/faults.ts';
import { type AgentProblem, agentFault } from '../harness/pod-identity-agent.ts';
import { useWorld } from '../harness/use-world.ts';
import { FAST, fastClock, TOOLS } from '../harness/usual.ts';
import type { StepChoice } from '../harness/world.ts';

const world = useWorld();

/** A pod whose agent responds with a fault, in faster time. */
function agent(fault: Fault): () => StepChoice {
  return () => {
    world.agent.faults.always(fault);
    // A late response must be read within the action's time limit, on a slow machine, too.
    const isLate = fault.kind === 'slow' && fault.ms > 0;
    return { env: { ...world.podIdentityEnv(), ...(isLate ? fastClock(5) : FAST) } };
  };
}

const ASSOCIATE =
  'aws eks create-pod-identity-association --cluster-name <cluster> --region eu-west-1 --namespace arc-runners --service-account build --role-arn arn:aws:iam::<account-id>:role/<role>';
const TOKEN =
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token';

describe('the agent cannot be reached', () => {
  const running = [
    'EKS Pod Identity returned no credentials',
    'kubectl -n kube-system get daemonset eks-pod-identity-agent',
    'EKS Auto Mode has it built in',
  ];
  explains(world, [
    [
      'connection refused',
      async () => {
        const env = { ...world.podIdentityEnv(), ...FAST };
        await world.agent.stop();
        return { env };
      },
      [...running, 'connect ECONNREFUSED 127.0.0.1:', 'its pod may not run on this node'],
    ],
    [
      'no response',
      agent(hang()),
      [...running, 'no response within 12 s', 'A network policy may drop link-local', 'toEntities: [host]'],
    ],
    [
      'lost connection',
      agent(cut()),
      ['closed the connection each time', 'logs daemonset/eks-pod-identity-agent'],
    ],
  ]);
});

describe('the token', () => {
  const TOKEN_FILE = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
  const withFile = (make: (file: string) => void) => () => {
    const file = join(world.directory, 'own-token');
    make(file);
    return { env: { ...world.podIdentityEnv(), [TOKEN_FILE]: file } };
  };
  const withText = (text: string) => withFile((file) => writeFileSync(file, text, { mode: 0o600 }));
  explains(world, [
    ['file is missing', withFile(() => {}), ['ENOENT', '/own-token', 'A container: job', 'volumes:']],
    ['file is a directory', withFile((file) => mkdirSync(file)), ['EISDIR', '/own-token', 'fsGroup']],
    [
      'file does not contain a token',
      withText('two\nlines'),
      ['Invalid character in header', '(AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE) does not contain a token'],
    ],
    ['file is empty', withText(''), ['HTTP 400: Service account token cannot be empty', TOKEN]],
    [
      'cannot be parsed',
      withText('no.token'),
      ['HTTP 400: Service account token cannot be parsed', 'a service account token of this cluster', TOKEN],
    ],
    [
      'has expired',
      () => ({ env: world.podIdentityEnv({ expiresInSeconds: -60 }) }),
      ['token is expired', `it was valid until ${new Date().getUTCFullYear()}-`, 'not to a copy'],
    ],
    [
      'is not valid yet',
      () => ({ env: world.podIdentityEnv({ validInSeconds: 600 }) }),
      ['token is not valid yet', 'the clock is slow', 'chronyc tracking'],
    ],
    [
      'is for another audience',
      () => ({ env: world.podIdentityEnv({ audience: 'sts.amazonaws.com' }) }),
      ['has the audience sts.amazonaws.com', 'accepts only tokens for pods.eks.amazonaws.com'],
    ],
  ]);

  test.each<AgentProblem>([
    'token expired at EKS Auth',
    'node credentials expired',
    'node credentials unknown',
    'node signature invalid',
  ])('that is valid by its own claims is not said to have expired: %s', async (problem) => {
    world.agent.faults.always(agentFault(problem));
    const main = await world.main({ env: world.podIdentityEnv(), tools: TOOLS });
    expectExplained(main, ['chronyc tracking']);
    expect(main.errors.join()).not.toContain('has expired');
    expect(main.errors.join()).not.toContain('not to a copy');
  });

  test('is never in what is quoted', async () => {
    const env = world.podIdentityEnv();
    const token = world.serviceAccountToken();
    writeFileSync(env[TOKEN_FILE] ?? '', token);
    world.agent.faults.always(answer(400, `cannot be parsed: ${token} and SecretAccessKey`));
    const main = await world.main({ env, tools: TOOLS });
    expect(main.errors.join()).toContain(
      'responded with HTTP 400: cannot be parsed: *** and SecretAccessKey',
    );
    expect(main.summary).toContain('cannot be parsed: ***');
  });
});

describe('the agent refuses', () => {
  const NODE = ['The token of this pod is not the cause', 'date -u', 'IamInstanceProfile'];
  const problems: readonly (readonly [AgentProblem, readonly string[]])[] = [
    ['no association', ['service account build in namespace arc-runners', ASSOCIATE]],
    [
      'trust policy',
      [
        'HTTP 400: [',
        'Unauthorized Exception! EKS does not have permissions to assume the associated role.',
        'both sts:AssumeRole and sts:TagSession',
        'each of its conditions must match this pod',
        'Keep the conditions that it has',
        'namespace arc-runners, service account build',
        '"Service": "pods.eks.amazonaws.com"',
      ],
    ],
    [
      'node denied',
      [
        'the role of the node (arn:aws:iam::123456789012:role/node-role) is not allowed eks-auth:AssumeRoleForPodIdentity',
        'AmazonEKSWorkerNodePolicy',
      ],
    ],
    [
      'token expired at EKS Auth',
      [`by its own claims it is valid until ${new Date().getUTCFullYear()}-`, 'clock of the node'],
    ],
    ['node credentials expired', ['The security token included in the request is expired', ...NODE]],
    ['node credentials unknown', ['The security token included in the request is invalid', ...NODE]],
    ['node signature invalid', ['(InvalidSignatureException): Signature expired', ...NODE]],
    ['invalid parameter', ['InvalidParameterException', 'the wrong cluster name', '--output yaml']],
    ['invalid request', ['InvalidRequestException', 'the wrong cluster name']],
    ['node has no credentials', ['no EC2 IMDS role found', 'no instance profile', 'IamInstanceProfile']],
    ['no region', ['Missing Region', 'does not know its region', 'AWS_REGION=eu-west-1']],
    ['retry quota exceeded', ['Many pods of this node', 'start fewer runners']],
    ['credentials about to expire', ['will expire within the next', 'the clock is fast']],
    ['too many requests', ['HTTP 429: Too Many Requests', '1,000 a second on each node', '(5 attempts in ']],
    ['throttled by EKS Auth', ['(ThrottlingException): Rate exceeded', 'a higher quota of EKS Auth']],
    ['EKS Auth failed', ['(InternalServerException)', 'https://health.aws.amazon.com']],
    ['EKS Auth unavailable', ['(ServiceUnavailableException)', 'https://health.aws.amazon.com']],
    [
      'EKS Auth never responds',
      ['HTTP 500: []', 'a private subnet', '--service-name com.amazonaws.eu-west-1.eks-auth'],
    ],
    ['EKS Auth refused the connection', ['HTTP 500: []', 'com.amazonaws.eu-west-1.eks-auth']],
    ['a proxy responds for EKS Auth', ['HTTP 502: []', 'a proxy responds instead', 'curl']],
  ];
  explains(
    world,
    problems.map(([problem, texts]) => [problem, agent(agentFault(problem)), texts] as const),
  );

  explains(world, [
    [
      'another host',
      () => {
        const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri = '', ...env } = world.podIdentityEnv();
        return {
          env: { ...env, AWS_CONTAINER_CREDENTIALS_FULL_URI: uri.replace('127.0.0.1', 'localhost') },
        };
      },
      [
        'HTTP 403: Access Denied. Called agent through invalid address',
        'Host header',
        'NO_PROXY: 169.254.170.23',
      ],
    ],
    [
      'another path',
      () => {
        const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, ...env } = world.podIdentityEnv();
        return { env: { ...env, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${uri}/more` } };
      },
      ['HTTP 404: 404 page not found', 'It has /v1/credentials', 'http://169.254.170.23/v1/credentials'],
    ],
  ]);

  test("with the SDK's own order, the agent's message is not hidden", async () => {
    world.agent.faults.always(agentFault('no association'));
    const inputs = { 'credential-source': 'default-chain' };
    const main = await world.main({ env: { ...world.podIdentityEnv(), ...FAST }, inputs, tools: TOOLS });
    expectExplained(main, ['(ResourceNotFoundException): The token included', ASSOCIATE]);
  });

  test("with the SDK's own order, an agent that never responds ends the step after three minutes", async () => {
    world.agent.faults.always(hang());
    const inputs = { 'credential-source': 'default-chain' };
    const main = await world.main({ env: { ...world.podIdentityEnv(), ...FAST }, inputs, tools: TOOLS });
    expectExplained(main, [
      "the AWS SDK's default chain: no response within 180 s",
      'credential-source: container',
    ]);
  });
});

describe('something else responds', () => {
  explains(world, [
    [
      'with a page',
      agent(answer(200, '<html>welcome</html>')),
      ['the response is not valid JSON', 'is not the EKS Pod Identity agent', 'curl -sS'],
    ],
    [
      'with nothing',
      agent(answer(200, 'null')),
      ['the response is not of the required format', 'is not the EKS Pod Identity agent', 'curl -sS'],
    ],
    [
      'with a redirect',
      agent(answer(302, '', { location: 'http://127.0.0.1/login' })),
      ['responded with HTTP 302 without a message', 'is not the EKS Pod Identity agent', 'curl -sS'],
    ],
  ]);
});

describe('the address of the agent', () => {
  const uri = (text: string) => () => ({
    env: { ...world.podIdentityEnv(), AWS_CONTAINER_CREDENTIALS_FULL_URI: text },
  });
  explains(world, [
    [
      'is malformed',
      uri('169.254.170.23/v1'),
      ['Invalid URL', 'AWS_CONTAINER_CREDENTIALS_FULL_URI is not a valid URL'],
    ],
    [
      'is not allowed',
      uri('http://10.0.0.1/v1/credentials'),
      ['URL not accepted', 'the address in AWS_CONTAINER_CREDENTIALS_FULL_URI', '169.254.170.23'],
    ],
    [
      'is not set, and the input asks for it',
      () => ({ env: world.regionEnv(), inputs: { 'credential-source': 'container' } }),
      [
        'AWS_CONTAINER_CREDENTIALS_FULL_URI is not set',
        'aws eks create-pod-identity-association',
        'credential-source: auto',
      ],
    ],
  ]);
});

describe('a pod without the variables of EKS Pod Identity', () => {
  const pod = {
    KUBERNETES_SERVICE_HOST: '10.100.0.1',
    HOSTNAME: 'arc-dind-x7k2p-runner-9vq4z',
  };
  const remedy = [
    'A pod that is older than the association',
    'while the webhook of EKS was not available',
    'kubectl get pod arc-dind-x7k2p-runner-9vq4z --namespace ',
    'aws eks list-pod-identity-associations',
    'aws eks create-pod-identity-association',
    'kubectl delete pod arc-dind-x7k2p-runner-9vq4z',
  ];
  explains(world, [
    ['and no other source', () => ({ env: { ...world.regionEnv(), ...pod } }), remedy],
    [
      'and the input asks for it',
      () => ({ env: { ...world.regionEnv(), ...pod }, inputs: { 'credential-source': 'container' } }),
      remedy,
    ],
  ]);

  test('warns of the role of the node, which hostNetwork always gives', async () => {
    const machine = await world.startInstanceMetadata();
    const main = await world.main({ env: { ...machine, ...pod }, tools: TOOLS });
    expect(main.errors).toEqual([]);
    const warning = main.warnings.join('\n');
    for (const text of [...remedy, "Using the node's IAM role", 'hostNetwork: true']) {
      expect(warning).toContain(text);
    }
  });
});

describe("the container of a job, where the pod's variables do not reach", () => {
  const container = { HOME: '/github/home', GITHUB_WORKSPACE: '/__w/app/app' };
  const remedy = [
    'AWS_CONTAINER_CREDENTIALS_FULL_URI: http://169.254.170.23/v1/credentials',
    TOKEN,
    'volumes:\n    - /var/run/secrets/pods.eks.amazonaws.com/serviceaccount:',
    'in a job without container:',
  ];

  test.each(['auto', 'container', 'default-chain'])(
    'no credentials: env and volumes to add, with credential-source %s',
    async (source) => {
      const inputs = { 'credential-source': source };
      const main = await world.main({ env: { ...world.regionEnv(), ...container }, inputs, tools: TOOLS });
      expectExplained(main, remedy);
      expect(main.errors.join()).not.toContain('create-pod-identity-association');
    },
  );

  test('no region, since that of the pod does not reach it either', async () => {
    const main = await world.main({ env: { ...container }, tools: TOOLS });
    expectExplained(main, [...remedy, 'No AWS region', 'AWS_REGION: <region>', 'aws-region: eu-west-1']);
  });

  test("warns of the machine's role", async () => {
    const machine = await world.startInstanceMetadata();
    const main = await world.main({ env: { ...machine, ...container }, tools: TOOLS });
    expect(main.errors).toEqual([]);
    expect(world.aws.calls[0]?.signer).toBe(world.identities.node);
    const warning = main.warnings.join('\n');
    for (const text of [...remedy, 'credential-source: default-chain']) expect(warning).toContain(text);
  });

  test("does not warn of the machine's role where the input chooses it", async () => {
    const machine = await world.startInstanceMetadata();
    const inputs = { 'credential-source': 'default-chain' };
    const main = await world.main({ env: { ...machine, ...container }, inputs, tools: TOOLS });
    expect(main.errors).toEqual([]);
    expect(main.warnings.join()).not.toContain('IAM role');
  });
});
