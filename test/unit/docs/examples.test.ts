import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import hcl from 'hcl2-parser';
import { parse, parseAllDocuments } from 'yaml';
import { hookSettings } from '../../../src/hook/settings.ts';
import { readInputs } from '../../../src/inputs.ts';
import { BASH, testReal } from '../../harness/real-parts.ts';
import { KNOWN_ACTIONS, type Policy, policyProblems } from './iam-actions.ts';
import { links } from './markdown.ts';
import { kindOfPath, repositoryFiles, repositoryText } from './repository-files.ts';
import { workflowProblems } from './workflow-check.ts';

describe('the list', () => {
  test('examples/README.md names every file, and no other', () => {
    const named = links(repositoryText('examples/README.md'))
      .map(({ target }) => `examples/${target}`)
      .filter((path) => !path.includes('..'));
    const files = repositoryFiles('examples', '').filter((path) => path !== 'examples/README.md');
    expect(named.sort()).toEqual(files);
  });
});

/** The service accounts that the examples make. */
const ACCOUNTS = parseAllDocuments(repositoryText('examples/arc/service-accounts.yaml')).map(
  (document) => (document.toJS() as { metadata: { name: string } }).metadata.name,
);

describe('IAM policies', () => {
  const policies = repositoryFiles('examples/iam', '.json');

  test.each(policies)('%s', (path) => {
    expect(policyProblems(JSON.parse(repositoryText(path)) as Policy)).toEqual([]);
  });

  test('no action is known that no example needs', () => {
    const granted = policies.flatMap((path) =>
      ((JSON.parse(repositoryText(path)) as Policy).Statement ?? []).flatMap(({ Action }) => Action ?? []),
    );
    expect([...KNOWN_ACTIONS].filter((action) => !granted.includes(action))).toEqual([]);
  });

  test('an action that does not exist is found, and a login that names a resource', () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [
        { Sid: 'A', Effect: 'Allow', Action: 'ecr:PushImage', Resource: '*' },
        { Sid: 'B', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: 'arn:aws:ecr:::x' },
      ],
    };
    expect(policyProblems(policy)).toEqual([
      'statement 1: unknown action ecr:PushImage',
      'statement 2: ecr:GetAuthorizationToken wants Resource "*"',
    ]);
  });
});

describe('eksctl', () => {
  type Association = {
    namespace: string;
    serviceAccountName: string;
    permissionPolicy: Policy;
  };

  test('cluster.yaml: kinds and fields of its schema, and the same policy as push.json', () => {
    const config = parse(repositoryText('examples/eksctl/cluster.yaml')) as {
      apiVersion: string;
      kind: string;
      addons: { name: string }[];
      iam: { podIdentityAssociations: Association[] };
    };
    expect([config.apiVersion, config.kind]).toEqual(['eksctl.io/v1alpha5', 'ClusterConfig']);
    expect(config.addons).toEqual([{ name: 'eks-pod-identity-agent' }]);
    const associations = config.iam.podIdentityAssociations;
    expect(associations.map(({ serviceAccountName }) => serviceAccountName)).toEqual(ACCOUNTS);
    for (const association of associations) {
      // The fields of eksctl's PodIdentityAssociation, in its user guide.
      expect(Object.keys(association).sort()).toEqual([
        'createServiceAccount',
        'namespace',
        'permissionPolicy',
        'roleName',
        'serviceAccountName',
      ]);
      expect(association.permissionPolicy).toEqual(JSON.parse(repositoryText('examples/iam/push.json')));
    }
  });
});

describe('Terraform', () => {
  /** Kinds of the AWS provider that the examples use, with the arguments they give (its documentation, version 6). */
  const KINDS: Readonly<Record<string, readonly string[]>> = {
    aws_ecr_repository: ['name'],
    aws_eks_addon: ['addon_name', 'cluster_name', 'count'],
    aws_eks_pod_identity_association: [
      'cluster_name',
      'for_each',
      'namespace',
      'role_arn',
      'service_account',
    ],
    aws_iam_role: ['assume_role_policy', 'name'],
    aws_iam_role_policy: ['name', 'policy', 'role'],
    aws_vpc_endpoint: [
      'count',
      'for_each',
      'private_dns_enabled',
      'route_table_ids',
      'security_group_ids',
      'service_name',
      'subnet_ids',
      'vpc_endpoint_type',
      'vpc_id',
    ],
  };
  type Blocks = Record<string, Record<string, unknown>[]>;
  type Parsed = {
    resource?: Record<string, Blocks>;
    data?: Record<string, Record<string, { statement: { actions?: string[] }[] }[]>>;
    variable?: Blocks;
  };
  const files = repositoryFiles('examples/terraform', '.tf');
  const parsed = files.map((path) => ({ path, module: parseTerraform(repositoryText(path)) }));

  function parseTerraform(text: string): Parsed {
    const [module] = hcl.parseToObject(text) as [Parsed | null, unknown];
    if (module === null) throw new Error('not HCL');
    return module;
  }

  test.each(parsed)('kinds and arguments are known: $path', ({ module }) => {
    for (const [kind, resources] of Object.entries(module.resource ?? {})) {
      const given = Object.values(resources).flatMap((blocks) =>
        blocks.flatMap((block) => Object.keys(block)),
      );
      expect(given.filter((argument) => !KINDS[kind]?.includes(argument))).toEqual([]);
    }
  });

  test('every variable that is used is declared, and every one declared is used', () => {
    const whole = files.map(repositoryText).join('\n');
    const used = new Set([...whole.matchAll(/\bvar\.(\w+)/g)].map((match) => match[1]));
    const declared = new Set(parsed.flatMap(({ module }) => Object.keys(module.variable ?? {})));
    expect(used).toEqual(declared);
  });

  test('the policy grants what push.json grants', () => {
    const documents = Object.values(parsed[0]?.module.data ?? {}).flatMap((kind) => kind['push'] ?? []);
    const granted = documents.flatMap(({ statement }) => statement.flatMap(({ actions }) => actions ?? []));
    const push = JSON.parse(repositoryText('examples/iam/push.json')) as Policy;
    expect(granted).toEqual((push.Statement ?? []).flatMap(({ Action }) => Action ?? []));
  });

  test('every service account that the examples make gets an association', () => {
    const variable = parsed[0]?.module.variable?.['service_accounts']?.[0];
    expect(variable?.['default']).toEqual(ACCOUNTS);
  });

  test('a file that is no HCL is found', () => {
    expect(() => parseTerraform('resource "a" "b" {\n x = \n')).toThrow('not HCL');
  });
});

describe('Actions Runner Controller', () => {
  /** Top-level values of the chart gha-runner-scale-set that the examples set (its values.yaml). */
  const VALUES = ['containerMode', 'githubConfigSecret', 'githubConfigUrl', 'template'];
  type Values = {
    containerMode?: { type: string; kubernetesModeWorkVolumeClaim?: { storageClassName: string } };
    template: {
      spec: {
        serviceAccountName?: string;
        securityContext?: { fsGroup: number };
        containers: {
          name: string;
          env?: { name: string; value: string }[];
          volumeMounts?: { mountPath: string }[];
        }[];
        volumes?: { configMap: { name: string } }[];
      };
    };
  };
  const jobPod = parse(repositoryText('examples/arc/job-pod.yaml')) as {
    metadata: { name: string };
    data: Record<string, string>;
  };

  test.each(repositoryFiles('examples/arc', '.yaml').filter((path) => path.includes('/values-')))(
    'values of the chart: %s',
    (path) => {
      const values = parse(repositoryText(path)) as Values;
      expect(Object.keys(values).filter((key) => !VALUES.includes(key))).toEqual([]);
      expect([undefined, 'dind', 'kubernetes', 'kubernetes-novolume']).toContain(values.containerMode?.type);
      expect(values.template.spec.containers.map(({ name }) => name)).toEqual(['runner']);
    },
  );

  test.each(['dind', 'dind-job-hook', 'no-docker'])(
    '%s: the runner pod runs under an account that the examples make',
    (mode) => {
      const { template } = parse(repositoryText(`examples/arc/values-${mode}.yaml`)) as Values;
      expect(ACCOUNTS).toContain(template.spec.serviceAccountName);
    },
  );

  test('dind-job-hook: the hooks are the scripts in the image, and the settings are valid', () => {
    const { template } = parse(repositoryText('examples/arc/values-dind-job-hook.yaml')) as Values;
    const env = Object.fromEntries(template.spec.containers[0]?.env?.map((v) => [v.name, v.value]) ?? []);
    const dockerfile = repositoryText('examples/images/runner-job-hook.Dockerfile');
    const folder = /^COPY --from=job-hook \S+ (\S+)$/m.exec(dockerfile)?.[1];
    for (const [variable, script] of [
      ['ACTIONS_RUNNER_HOOK_JOB_STARTED', 'hook/job-started.sh'],
      ['ACTIONS_RUNNER_HOOK_JOB_COMPLETED', 'hook/job-completed.sh'],
    ] as const) {
      expect(env[variable]).toBe(`${folder}/${script}`);
      expect(kindOfPath(`dist/${script}`)).toBe('file');
    }
    const { registries } = readInputs(hookSettings(env));
    expect(registries).toHaveLength(2);
  });

  test('kubernetes: the work volume belongs to the runner’s group, and its storage class is there', () => {
    const { containerMode, template } = parse(
      repositoryText('examples/arc/values-kubernetes.yaml'),
    ) as Values;
    expect(template.spec.securityContext?.fsGroup).toBe(1001);
    const storageClass = parse(repositoryText('examples/arc/storage-class.yaml')) as {
      metadata: { name: string };
    };
    expect(containerMode?.kubernetesModeWorkVolumeClaim?.storageClassName).toBe(storageClass.metadata.name);
  });

  test.each(['kubernetes', 'novolume'])(
    '%s: the job pod runs under an account that the examples make, the runner pod under the chart’s own',
    (mode) => {
      const { template } = parse(repositoryText(`examples/arc/values-${mode}.yaml`)) as Values;
      expect(template.spec.serviceAccountName).toBeUndefined();
      const [runner] = template.spec.containers;
      const [folder] = runner?.volumeMounts ?? [];
      const [file = ''] = Object.keys(jobPod.data);
      expect(runner?.env).toEqual([
        { name: 'ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE', value: `${folder?.mountPath}/${file}` },
      ]);
      expect(template.spec.volumes?.[0]?.configMap.name).toBe(jobPod.metadata.name);
      const pod = parse(jobPod.data[file] ?? '') as { spec: { serviceAccountName: string } };
      expect(ACCOUNTS).toContain(pod.spec.serviceAccountName);
    },
  );
});

describe('network policies', () => {
  test.each(repositoryFiles('examples/network', '.yaml'))(
    'parses, and lets the agent’s port out: %s',
    (path) => {
      const policy = parse(repositoryText(path)) as {
        apiVersion: string;
        kind: string;
        spec: { egress: unknown };
      };
      expect(['networking.k8s.io/v1 NetworkPolicy', 'cilium.io/v2 CiliumNetworkPolicy']).toContain(
        `${policy.apiVersion} ${policy.kind}`,
      );
      expect(JSON.stringify(policy.spec.egress)).toMatch(/"port":"?80"?[,}]/);
    },
  );

  test('the one of Cilium cuts off nothing', () => {
    const policy = parse(repositoryText('examples/network/cilium-network-policy.yaml')) as {
      spec: { enableDefaultDeny?: { egress: boolean } };
    };
    expect(policy.spec.enableDefaultDeny?.egress).toBe(false);
  });
});

describe('images', () => {
  const dockerfiles = repositoryFiles('examples/images', '.Dockerfile');

  test.each(dockerfiles)('the linter finds nothing: %s', (path) => {
    expect(validate(repositoryText(path)).map(({ message }) => message)).toEqual([]);
  });

  testReal('bash').each(dockerfiles)('the command that builds it can be pasted: %s', (path) => {
    const comment = repositoryText(path).split(/^(?!#)/m, 1)[0] ?? '';
    const [command = ''] = /^docker build [\s\S]*/m.exec(comment.replace(/^# ?/gm, '')) ?? [];
    const docker = `docker() { printf '%s\\n' "$@"; }\n`;
    const { stdout, stderr } = spawnSync(BASH, ['-c', `${docker}${command}`], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['build', '--file', path, '--tag', '.']));
  });

  test('every image of our own that an example names has a Dockerfile', () => {
    const text = [...repositoryFiles('examples', '.yaml'), ...repositoryFiles('examples', '.yml')]
      .map(repositoryText)
      .join('\n');
    const named = [...text.matchAll(/\.amazonaws\.com\/([\w-]+):latest/g)].map(([, name = '']) => name);
    const built = dockerfiles.map((path) => /--tag (\S+) \.$/m.exec(repositoryText(path))?.[1]);
    expect([...new Set(named)].sort()).toEqual([...built].sort());
  });

  test('an instruction that does not exist is found', () => {
    expect(validate('FROM scratch\nRUNS true\n')).toHaveLength(1);
  });
});

describe('workflows', () => {
  test.each(repositoryFiles('examples/workflows', '.yml'))(
    'the workflow linter finds nothing, and our names exist: %s',
    async (path) => {
      expect(await workflowProblems(repositoryText(path), path)).toEqual([]);
    },
  );

  test('every workflow grants only what it says', () => {
    const granted = repositoryFiles('examples/workflows', '.yml').map((path) => ({
      path,
      permissions: (parse(repositoryText(path)) as { permissions?: unknown }).permissions,
    }));
    expect(granted.filter(({ permissions }) => permissions === undefined)).toEqual([]);
  });
});
