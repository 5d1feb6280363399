import { expect, test } from '@jest/globals';
import { type Inputs, readInputs } from '../../src/inputs.ts';
import { output, thrownBy } from './support.ts';

const A = '111111111111';
const B = '012345678901';

type Given = {
  /** By the names of `action.yml`. */
  inputs?: Readonly<Record<string, string>>;
  env?: Readonly<Record<string, string>>;
  /** Whether a job hook runs the action. */
  inHook?: boolean;
};

function read({ inputs = {}, env = {}, inHook = false }: Given = {}): Inputs {
  for (const [name, value] of Object.entries(inputs)) {
    process.env[`INPUT_${name.toUpperCase()}`] = value;
  }
  Object.assign(process.env, env);
  if (inHook) process.argv = ['node', 'index.js', '--job-hook=55'];

  return readInputs();
}

test.each([
  'ALLOWED_ACCOUNT_IDS',
  'AWS_REGION',
  'CONTAINER_CLI',
  'CREDENTIAL_SOURCE',
  'HTTP_PROXY',
  'ISOLATE_DOCKER_CONFIG',
  'MASK_PASSWORD',
  'MAX_ATTEMPTS',
  'NODE',
  'ON_FAILURE',
  'REGISTRIES',
  'REGISTRY_TYPE',
  'SKIP_LOGOUT',
  'TIME_LIMIT_S',
])('in a step, ECR_LOGIN_%s changes nothing', (name) => {
  const inputs = {
    'allowed-account-ids': B,
    registries: A,
    'isolate-docker-config': 'true',
    'skip-logout': 'true',
  };
  const before = read({ inputs });

  for (const value of ['55', 'true', 'x']) {
    const env = { [`ECR_LOGIN_${name}`]: value };
    expect(read({ inputs, env })).toEqual(before);
  }
  expect(output()).toBe('');
});

const DEFAULTS: Inputs = {
  allowedAccountIds: [],
  awsRegion: '',
  containerCli: [],
  credentialSource: 'auto',
  httpProxy: '',
  isolateDockerConfig: false,
  maskPassword: true,
  maxAttempts: { call: 8, agent: 5 },
  registries: [{ kind: 'default' }],
  skipLogout: false,
};

test('without inputs, the defaults apply', () => {
  expect(read()).toEqual(DEFAULTS);
  expect(output()).toBe('');
});

type ValidCase = Given & { result: Partial<Inputs> };

const VALID: readonly ValidCase[] = [
  {
    inputs: { 'allowed-account-ids': `${A}, ${B} ${A}` },
    result: { allowedAccountIds: [A, B] },
  },
  {
    inputs: { 'aws-region': ' us-gov-west-1' },
    result: { awsRegion: 'us-gov-west-1' },
  },
  {
    inputs: { 'container-cli': 'Podman, helm' },
    result: { containerCli: ['podman', 'helm'] },
  },
  {
    inputs: { 'credential-source': 'Default-Chain' },
    result: { credentialSource: 'default-chain' },
  },
  {
    inputs: { 'http-proxy': 'http://a:1' },
    result: { httpProxy: 'http://a:1' },
  },
  {
    inputs: { 'isolate-docker-config': 'TRUE' },
    result: { isolateDockerConfig: true },
  },
  {
    inputs: { 'mask-password': 'False' },
    result: { maskPassword: false },
  },
  {
    inputs: { 'skip-logout': 'true' },
    result: { skipLogout: true },
  },
  {
    inputs: { 'max-attempts': '1' },
    result: { maxAttempts: { call: 1, agent: 1 } },
  },
  {
    inputs: { 'max-attempts': '20' },
    env: { AWS_MAX_ATTEMPTS: '3' },
    result: { maxAttempts: { call: 20, agent: 20 } },
  },
  {
    env: { AWS_MAX_ATTEMPTS: ' 3' },
    result: { maxAttempts: { call: 3, agent: 3 } },
  },
  {
    env: { AWS_MAX_ATTEMPTS: '21' },
    result: { maxAttempts: { call: 20, agent: 20 } },
  },
  {
    inputs: { 'max-attempts': '2' },
    env: { AWS_MAX_ATTEMPTS: 'x' },
    result: { maxAttempts: { call: 2, agent: 2 } },
  },
  {
    inHook: true,
    inputs: { 'max-attempts': 'x' },
    env: { ECR_LOGIN_MAX_ATTEMPTS: ' 4' },
    result: { maxAttempts: { call: 4, agent: 4 } },
  },
  {
    env: { AWS_MAX_ATTEMPTS: '0' },
    result: { maxAttempts: { call: 8, agent: 5 } },
  },
  {
    inputs: { registries: A },
    result: { registries: [{ kind: 'account', accountId: A }] },
  },
  {
    // A secret of the list can be unset.
    inputs: { registries: `, ${A},\n,${B},` },
    result: {
      registries: [
        { kind: 'account', accountId: A },
        { kind: 'account', accountId: B },
      ],
    },
  },
  {
    inputs: { 'registry-type': 'Private' },
    result: {},
  },
  {
    inputs: { 'registry-type': 'public' },
    result: { registries: [{ kind: 'public', host: 'public.ecr.aws', dualStack: false }] },
  },
  {
    // The runner itself warns of inputs that action.yml does not name.
    inputs: { registry: A, username: 'AWS', password: 'x', ecr: 'auto', logout: 'false' },
    result: {},
  },
];

test.each(VALID)('%j', ({ result, ...given }) => {
  expect(read(given)).toEqual({ ...DEFAULTS, ...result });
  expect(output()).toBe('');
});

type WarningCase = ValidCase & { says: string };

const WITH_A_WARNING: readonly WarningCase[] = [
  {
    inputs: { 'isolate-docker-config': 'yes' },
    result: { isolateDockerConfig: true },
    says: "'yes'. Allowed: 'true', 'false'. Treating it as 'true'",
  },
  {
    inputs: { 'mask-password': 'no' },
    result: { maskPassword: true },
    says: "'mask-password': invalid value 'no'",
  },
  {
    inputs: { 'skip-logout': '1' },
    result: { skipLogout: false },
    says: "Treating it as 'false'",
  },
  {
    inputs: { 'registry-type': 'public', registries: A },
    result: { registries: [{ kind: 'public', host: 'public.ecr.aws', dualStack: false }] },
    says: "Input 'registries' is not used",
  },
  {
    env: { AWS_MAX_ATTEMPTS: 'x' },
    result: {},
    says: "AWS_MAX_ATTEMPTS is 'x', which is not a number. It is ignored",
  },
  {
    env: { AWS_MAX_ATTEMPTS: '-1' },
    result: {},
    says: "AWS_MAX_ATTEMPTS is '-1'",
  },
];

test.each(WITH_A_WARNING)('%j: the log says so', ({ says, result, ...given }) => {
  expect(read(given)).toEqual({ ...DEFAULTS, ...result });
  expect(output()).toContain(says);
});

type InvalidCase = Given & { says: string };

const INVALID: readonly InvalidCase[] = [
  {
    inputs: { 'allowed-account-ids': `${A},123` },
    says: "Input 'allowed-account-ids': '123' has 3 digits",
  },
  {
    inputs: { 'aws-region': 'Ireland' },
    says: "'aws-region': invalid value 'Ireland'. Allowed: a region, such as 'eu-west-1'",
  },
  {
    inputs: { 'container-cli': 'rkt' },
    says: "'container-cli': 'rkt' is none of docker",
  },
  {
    inputs: { 'credential-source': 'pod' },
    says: "invalid value 'pod'. Allowed: 'auto', 'container', 'default-chain'",
  },
  {
    inputs: { 'max-attempts': '0' },
    says: "'max-attempts': invalid value '0'. Allowed: a whole number from 1 to 20",
  },
  {
    inputs: { 'max-attempts': '21' },
    says: "'max-attempts': invalid value '21'",
  },
  {
    inputs: { 'max-attempts': '1e1' },
    says: "'max-attempts': invalid value '1e1'",
  },
  {
    inputs: { 'max-attempts': 'x3' },
    says: "'max-attempts': invalid value 'x3'",
  },
  {
    inputs: { 'max-attempts': '3x' },
    says: "'max-attempts': invalid value '3x'",
  },
  {
    inputs: { 'max-attempts': '0' },
    env: { AWS_MAX_ATTEMPTS: '3' },
    says: "'max-attempts': invalid value '0'",
  },
  {
    inputs: { registries: 'ghcr.io' },
    says: "'registries': 'ghcr.io' is neither",
  },
  {
    inputs: { 'registry-type': 'both' },
    says: "'registry-type': invalid value 'both'. Allowed: 'private', 'public'",
  },
  {
    inputs: { registries: ',' },
    says: "'registries': ',' names nothing. Set the variable or secret",
  },
  {
    inputs: { registries: ' , ,' },
    says: "'registries': ', ,' names nothing",
  },
  {
    inputs: { 'allowed-account-ids': ',' },
    says: "'allowed-account-ids': ',' names nothing",
  },
  {
    inputs: { 'container-cli': ',,' },
    says: "'container-cli': ',,' names nothing",
  },
  {
    inHook: true,
    inputs: { 'aws-region': 'x' },
    env: { ECR_LOGIN_AWS_REGION: 'Ireland' },
    says: "Variable ECR_LOGIN_AWS_REGION: invalid value 'Ireland'",
  },
  {
    inHook: true,
    env: { ECR_LOGIN_REGISTRIES: ',' },
    says: "Variable ECR_LOGIN_REGISTRIES: ',' names nothing",
  },
  {
    inHook: true,
    env: { ECR_LOGIN_ON_FAILURE: 'stop' },
    says: "Variable ECR_LOGIN_ON_FAILURE: invalid value 'stop'. Allowed: 'warn', 'fail'",
  },
  {
    inHook: true,
    env: { ECR_LOGIN_ON_FAILURE: 'warn', ECR_LOGIN_REGISTRYS: 'x' },
    says: 'Variable ECR_LOGIN_REGISTRYS: unknown setting of the job hook',
  },
];

test.each(INVALID)('invalid: %j', async ({ says, ...given }) => {
  const { message } = await thrownBy(() => read(given));

  // A single problem, on a single line.
  expect(message).toMatch(/^.*$/);
  expect(message).toContain(says);
});
