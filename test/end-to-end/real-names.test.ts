import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { HOST, runInNamespace } from '../harness/namespace.ts';
import type { NamespaceOptions, NamespaceWorld } from '../harness/namespace-world.ts';
import { describeReal, NAMESPACE, testReal } from '../harness/real-parts.ts';
import * as scenarios from './scenarios.ts';

// Everything has its real name and address here, and AWS serves over TLS: nothing of the step's
// environment is special.

type Scenario<Seen> = (world: NamespaceWorld) => Promise<Seen>;
type SeenBy<S extends Scenario<unknown>> = Awaited<ReturnType<S>>;

/** Runs a function of the scenarios in namespaces of its own, by its name. */
const run = <Seen>({ name }: Scenario<Seen>, options: NamespaceOptions = {}): Promise<Seen> =>
  runInNamespace<Seen>(join(import.meta.dirname, 'scenarios.ts'), name, options);

const real = { realRegistry: true };
const PUSH = [...NAMESPACE, 'docker-registry', 'htpasswd', 'oras'] as const;
const withRegistry = testReal(...PUSH);
const refused = expect.stringMatching(/auth|credential|denied|401|403|not logged/i);

describe('a job with EKS Pod Identity, real clients and a real registry', () => {
  withRegistry.each([
    ['IPv4', false, '169.254.170.23'],
    ['IPv6', true, '[fd00:ec2::23]'],
  ])(
    '%s: logs in, real clients push, and post takes the login away',
    async (_, ipv6, agentHost) => {
      const seen = await run(scenarios.job, { ...real, ipv6 });
      expect(seen).toEqual({
        main: { exitCode: 0, registry: HOST },
        agentHosts: [agentHost],
        apiHosts: ['api.ecr.eu-west-1.amazonaws.com'],
        signer: expect.stringContaining('assumed-role/pod-role/'),
        push: '',
        post: 0,
        pushAfterPost: refused,
      });
    },
  );

  withRegistry(
    'the job hooks: a real client can pull a private image during the job alone',
    async () => {
      const seen = await run(scenarios.jobHook, real);
      expect(seen).toEqual({ hooks: [0, 0], before: refused, during: '', after: refused });
    },
  );
});

describeReal('container tools', [...PUSH, 'podman', 'buildah', 'skopeo', 'buildx'], () => {
  let all: SeenBy<typeof scenarios.containerTools>;
  beforeAll(async () => {
    all = await run(scenarios.containerTools, real);
  }, 110_000);

  const cases = Object.entries(scenarios.TOOLS_CASES);
  test.each(cases)(
    '%s: the login is used by the real tools until post',
    (name, { tools, used = tools }) => {
      const { after, ...seen } = all[name] ?? { after: {} };
      const during = Object.fromEntries(used.map((tool) => [tool, '']));

      expect(seen).toEqual({ codes: [0, 0, 0], errors: [], pushed: '', during });
      expect(Object.values(after)).toEqual(used.map(() => refused));
    },
  );
});

describeReal('registries of every kind', PUSH, () => {
  test('hosts of FIPS, dual stack, another partition and ECR Public in one step: each gets its token from its own API', async () => {
    const apis = [
      'api.ecr-fips.us-east-2.amazonaws.com',
      'api.ecr-public.us-east-1.amazonaws.com',
      'api.ecr.cn-north-1.amazonaws.com.cn',
      'api.ecr.eu-west-1.amazonaws.com',
      'ecr-fips.us-east-1.api.aws',
      'ecr-public.us-east-1.api.aws',
      'ecr.us-west-2.api.aws',
    ];
    const names = [...apis, ...scenarios.KINDS];
    const seen = await run(scenarios.hosts, { ...real, names });

    expect(seen).toEqual({
      errors: [],
      registries: scenarios.KINDS,
      apis,
      loggedIn: scenarios.KINDS.toSorted(),
      pushed: '',
      after: {},
    });
  });
});

describeReal('credentials', NAMESPACE, () => {
  let seen: SeenBy<typeof scenarios.credentials>;
  beforeAll(async () => {
    seen = await run(scenarios.credentials);
  }, 60_000);

  test("of the node in a pod are a warning that names the pod's namespace", () => {
    expect([seen.node.signers, seen.node.warnings.length]).toEqual([['node-role'], 1]);
    expect(seen.node.warnings[0]).toContain('--namespace arc-runners');
  });

  test('that a pod does not have are an error that names its namespace', () => {
    expect(seen.nothing.exitCode).toBe(1);
    expect(seen.nothing.errors.join()).toContain('--namespace arc-runners');
  });
});

describeReal('failures', NAMESPACE, () => {
  let seen: SeenBy<typeof scenarios.failures>;
  beforeAll(async () => {
    seen = await run(scenarios.failures);
  }, 60_000);

  const FIPS = [
    'api.ecr-public-fips.us-east-1.amazonaws.com',
    'ECR Public has no FIPS endpoint',
    'AWS_USE_FIPS_ENDPOINT',
  ];

  test.each<[name: keyof typeof seen, words: string[]]>([
    ['region', ['ENOTFOUND api.ecr.eu-west-9.amazonaws.com', 'region is wrong']],
    ['fips', FIPS],
    ['otherHost', ['ghcr.io']],
    ['noRoute', ['ENETUNREACH', 'aws eks create-addon']],
  ])('%s: the error says what to do', (name, words) => {
    const { exitCode, errors } = seen[name];

    expect([exitCode, errors.length]).toEqual([1, 1]);
    for (const word of words) expect(errors[0]).toContain(word);
  });
});

describeReal(
  'an auth file that cannot be written',
  [...NAMESPACE, 'podman', 'buildah', 'skopeo', 'oras'],
  () => {
    test('is explained for each client, and an earlier login stays', async () => {
      const seen = await run(scenarios.authFileProblems);
      for (const [name, { errors, isUnchanged }] of Object.entries(seen)) {
        expect([name, errors.length, isUnchanged]).toEqual([name, 1, true]);

        // Another configuration is no remedy for a full disk.
        if (name.endsWith('full')) continue;
        const remedy = expect.stringContaining('isolate-docker-config: true');
        expect([name, errors[0]]).toEqual([name, remedy]);
      }
    }, 110_000);
  },
);
