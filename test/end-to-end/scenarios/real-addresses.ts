import type { Scenario } from '../../harness/namespace.ts';
import type { NamespaceWorld } from '../../harness/namespace-world.ts';
import { agentFault } from '../../harness/pod-identity-agent.ts';
import { FAST, TOOLS } from '../../harness/usual.ts';
import type { StepChoice } from '../../harness/world.ts';

/** What the tests look at of one step. */
export interface SeenStep {
  exitCode: number | null;
  log: string;
  errors: string[];
  warnings: string[];
  /** The roles that signed the calls to ECR. */
  signers: string[];
  /** How often a container tool was run. */
  toolRuns: number;
}

async function step(world: NamespaceWorld, choice: StepChoice): Promise<SeenStep> {
  const before = world.aws.calls.length;
  const { exitCode, log, errors, warnings, toolRuns } = await world.main({ tools: TOOLS, ...choice });
  const signers = world.aws.calls.slice(before).map(({ signer }) => signer?.arn.split('/')[1] ?? 'nobody');
  return { exitCode, log, errors, warnings, signers, toolRuns: toolRuns.length };
}

/** Steps that need the addresses and names that only a namespace has, one after another. */
const scenarios = {
  'both container variables': (world) => {
    const env = { ...world.podIdentityEnv(), AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1' };
    return step(world, { env });
  },
  'the relative variable alone': (world) => {
    const env = { ...world.regionEnv(), AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1' };
    return step(world, { env });
  },
  // After a refusal, the SDK asks again, with a provider that uses the agent of the whole process.
  'no credentials at the relative variable, where a proxy is set': async (world) => {
    const proxy = await world.startProxy();
    const env = {
      ...world.regionEnv(),
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/none',
      HTTP_PROXY: proxy,
      NODE_USE_ENV_PROXY: '1',
      NO_PROXY: '',
    };
    const seen = await step(world, { env, inputs: { 'http-proxy': proxy } });
    return { ...seen, throughProxy: world.proxy?.requests.map(({ host }) => host) };
  },
  'the node of a pod': async (world) => {
    world.mountServiceAccount('arc-runners', 'lonely');
    const machine = await world.startInstanceMetadata();
    return step(world, { env: { ...machine, KUBERNETES_SERVICE_HOST: '10.100.0.1' } });
  },
  'the node of a pod without a token': async (world) => {
    world.setSearchDomains('arc-runners');
    const machine = await world.startInstanceMetadata();
    return step(world, { env: { ...machine, KUBERNETES_SERVICE_HOST: '10.100.0.1' } });
  },
  'no credentials in a pod': (world) => {
    world.mountServiceAccount('arc-runners', 'lonely');
    return step(world, { env: { ...world.regionEnv(), KUBERNETES_SERVICE_HOST: '10.100.0.1' } });
  },
  "the SDK's own order": (world) => {
    world.agent.faults.always(agentFault('no association'));
    const inputs = { 'credential-source': 'default-chain' };
    return step(world, { env: { ...world.podIdentityEnv(), ...FAST }, inputs });
  },
  'a region that does not exist': (world) =>
    step(world, { env: { ...world.podIdentityEnv(), AWS_REGION: 'eu-west-9' } }),
  'FIPS at ECR Public': (world) =>
    step(world, {
      env: { ...world.podIdentityEnv(), AWS_USE_FIPS_ENDPOINT: 'true' },
      inputs: { 'registry-type': 'public' },
    }),
  'a host that is not one of ECR': (world) => {
    world.aws.proxyEndpoint = () => 'https://ghcr.io';
    return step(world, { env: world.podIdentityEnv() });
  },
  'no route to the agent': (world) => {
    world.cutOffAgent('no route');
    return step(world, { env: { ...world.podIdentityEnv(), ...FAST } });
  },
  'packets to the agent dropped': (world) => {
    world.cutOffAgent('dropped');
    return step(world, { env: { ...world.podIdentityEnv(), ...FAST } });
  },
  'accounts allowed': async (world) => ({
    own: await step(world, {
      env: world.podIdentityEnv(),
      inputs: { 'allowed-account-ids': world.accountId },
    }),
    other: await step(world, {
      env: world.podIdentityEnv(),
      inputs: { 'allowed-account-ids': '111122223333' },
    }),
  }),
} satisfies Record<string, (world: NamespaceWorld) => Promise<unknown>>;

export type ScenarioName = keyof typeof scenarios;

const realAddresses: Scenario<ScenarioName, unknown> = (world, name) => scenarios[name](world);

export default realAddresses;
