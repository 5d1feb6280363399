import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { HOST, runInNamespace } from '../harness/namespace.ts';
import type { NamespaceOptions, NamespaceWorld } from '../harness/namespace-world.ts';
import { describeReal, NAMESPACE, testReal } from '../harness/real-parts.ts';
import * as scenarios from './scenarios.ts';

// Here, everything has its real name and address, and AWS uses TLS. The environment of a step does
// not contain anything for tests.

type Scenario<Seen> = (world: NamespaceWorld) => Promise<Seen>;
type SeenBy<S extends Scenario<unknown>> = Awaited<ReturnType<S>>;

/** Runs a scenario in new namespaces. */
const run = <Seen>({ name }: Scenario<Seen>, options: NamespaceOptions = {}) =>
  runInNamespace<Seen>(join(import.meta.dirname, 'scenarios.ts'), name, options);

const PUSH = [...NAMESPACE, 'docker-registry', 'htpasswd', 'oras'] as const;
const withRegistry = testReal(...PUSH);
const refused = expect.stringMatching(/auth|credential|denied|401|403|not logged/i);

describe('with a real registry, real clients', () => {
  withRegistry.each([
    ['IPv4', false, '169.254.170.23'],
    ['IPv6', true, '[fd00:ec2::23]'],
  ])('push in a job with an agent at its %s address, until post', async (_, ipv6, agentHost) => {
    const seen = await run(scenarios.job, { realRegistry: true, ipv6 });
    expect(seen).toEqual({
      main: { exitCode: 0, registry: HOST },
      agentHosts: [agentHost],
      apiHosts: ['api.ecr.eu-west-1.amazonaws.com'],
      signer: expect.stringContaining('assumed-role/pod-role/'),
      push: '',
      post: 0,
      pushAfterPost: refused,
    });
  });

  withRegistry('pull a private image only during a job with job hooks', async () => {
    const seen = await run(scenarios.jobHook, { realRegistry: true });
    expect(seen).toEqual({
      started: 0,
      completed: 0,
      before: refused,
      during: '',
      after: refused,
    });
  });
});

describeReal('the real tools', [...PUSH, 'podman', 'buildah', 'skopeo', 'buildx'], () => {
  let all: SeenBy<typeof scenarios.containerTools>;
  beforeAll(async () => {
    all = await run(scenarios.containerTools, { realRegistry: true });
  }, 110_000);

  const cases = Object.entries(scenarios.TOOLS_CASES);
  test.each(cases)('use the login until post: %s', (name, { tools, used = tools }) => {
    const { after, ...seen } = all[name] ?? { after: {} };
    const during = Object.fromEntries(used.map((tool) => [tool, '']));

    expect(seen).toEqual({
      exitCodes: { main: 0, post: 0, secondPost: 0 },
      messages: [],
      pushed: '',
      during,
    });
    expect(Object.values(after)).toEqual(used.map(() => refused));
  });
});

withRegistry('a step gets the token of each registry from the API for this kind', async () => {
  const apis = [
    'api.ecr-fips.us-east-2.amazonaws.com',
    'api.ecr-public.us-east-1.amazonaws.com',
    'api.ecr.cn-north-1.amazonaws.com.cn',
    'api.ecr.eu-west-1.amazonaws.com',
    'ecr-fips.us-east-1.api.aws',
    'ecr-public.us-east-1.api.aws',
    'ecr.us-west-2.api.aws',
  ];
  const names = [...apis, ...scenarios.HOSTS_OF_EVERY_KIND];
  const seen = await run(scenarios.hosts, { realRegistry: true, names });

  expect(seen).toEqual({
    errors: [],
    registries: scenarios.HOSTS_OF_EVERY_KIND,
    apis,
    loggedIn: scenarios.HOSTS_OF_EVERY_KIND.toSorted(),
    pushed: '',
    after: {},
  });
});

testReal(...NAMESPACE)(
  'the error of a pod without EKS Pod Identity names its namespace',
  async () => {
    const errors = await run(scenarios.withoutPodIdentity);
    expect(errors).toEqual([expect.stringContaining('--namespace arc-runners')]);
  },
);

describeReal('the error of a step with real names', NAMESPACE, () => {
  let seen: SeenBy<typeof scenarios.failures>;
  beforeAll(async () => {
    seen = await run(scenarios.failures);
  }, 60_000);

  const FIPS = [
    'api.ecr-public-fips.us-east-1.amazonaws.com',
    'ECR Public has no FIPS endpoint',
    'AWS_USE_FIPS_ENDPOINT',
  ];

  test.each<[failure: string, name: keyof typeof seen, words: string[]]>([
    [
      'a region that does not exist',
      'region',
      ['ENOTFOUND api.ecr.eu-west-9.amazonaws.com', 'region is wrong'],
    ],
    ['ECR Public with FIPS', 'fips', FIPS],
    ['a response of ECR with another host', 'otherHost', ['ghcr.io']],
    ['an agent without a route', 'noRoute', ['ENETUNREACH', 'aws eks create-addon']],
  ])('says what to do about %s', (_, name, words) => {
    expect(seen[name]).toHaveLength(1);
    for (const word of words) expect(seen[name][0]).toContain(word);
  });
});

testReal(
  ...NAMESPACE,
  'podman',
  'buildah',
  'skopeo',
  'oras',
)(
  'an auth file that cannot be written is explained for each client, and keeps an earlier login',
  async () => {
    const seen = await run(scenarios.authFileProblems);
    for (const [name, { errors, isUnchanged }] of Object.entries(seen)) {
      // On a full disk, an isolated configuration would not help.
      const remedy = name.endsWith('full') ? '' : 'isolate-docker-config: true';

      const expected = { name, errors: [expect.stringContaining(remedy)], isUnchanged: true };
      expect({ name, errors, isUnchanged }).toEqual(expected);
    }
  },
  110_000,
);
