import { expect, test } from '@jest/globals';
import { type Inputs, readInputs } from '../../src/inputs.ts';
import { HOOK_SETTINGS, variableOf } from '../../src/runner/job-hook.ts';
import { output, thrownBy } from './support.ts';

const A = '111111111111';
const B = '012345678901';
const PUBLIC = {
  kind: 'public',
  host: 'public.ecr.aws',
  region: 'us-east-1',
  fips: false,
  dualStack: false,
} as const;

/** Inputs by the names of `action.yml`, and variables by theirs, which are in capitals. */
type Given = Record<string, string>;

function read(given: Given = {}) {
  for (const [name, value] of Object.entries(given)) {
    const isVariable = /^[A-Z_]+$/.test(name);
    process.env[isVariable ? name : `INPUT_${name.toUpperCase()}`] = value;
  }

  return readInputs();
}

function readInHook(given: Given) {
  process.argv = ['node', 'index.js', '--job-hook=55'];
  return read(given);
}

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

test.each([...HOOK_SETTINGS, 'node', 'mask-password'])(
  'in a step, the variable of a job hook for %s changes nothing',
  (name) => {
    for (const value of ['55', 'true', 'x']) {
      expect(read({ [variableOf(name)]: value })).toEqual(DEFAULTS);
    }
    expect(output()).toBe('');
  },
);

test.each<[Given, result: Partial<Inputs>]>([
  [{}, {}],
  [{ 'allowed-account-ids': `${A}, ${B} ${A}` }, { allowedAccountIds: [A, B] }],
  [{ 'aws-region': ' us-gov-west-1' }, { awsRegion: 'us-gov-west-1' }],
  [{ 'container-cli': 'Podman, helm' }, { containerCli: ['podman', 'helm'] }],
  [{ 'credential-source': 'Default-Chain' }, { credentialSource: 'default-chain' }],
  [{ 'http-proxy': 'http://a:1' }, { httpProxy: 'http://a:1' }],
  [{ 'isolate-docker-config': 'TRUE' }, { isolateDockerConfig: true }],
  [{ 'mask-password': 'False' }, { maskPassword: false }],
  [{ 'skip-logout': 'true' }, { skipLogout: true }],

  [{ 'max-attempts': '1' }, { maxAttempts: { call: 1, agent: 1 } }],
  [{ 'max-attempts': '20', AWS_MAX_ATTEMPTS: 'x' }, { maxAttempts: { call: 20, agent: 20 } }],
  [{ AWS_MAX_ATTEMPTS: ' 3' }, { maxAttempts: { call: 3, agent: 3 } }],
  [{ AWS_MAX_ATTEMPTS: '21' }, { maxAttempts: { call: 20, agent: 20 } }],
  [{ AWS_MAX_ATTEMPTS: '0' }, {}],
  [{ AWS_MAX_ATTEMPTS: '-1' }, {}],
  [{ 'registry-type': 'public', registries: A }, { registries: [PUBLIC] }],

  // A secret of the list can be unset.
  [{ registries: `, ${A},\n,` }, { registries: [{ kind: 'account', accountId: A }] }],
])('%j', (given, result) => {
  expect(read(given)).toEqual({ ...DEFAULTS, ...result });
  expect(output()).toBe('');
});

test.each<[Given, result: Partial<Inputs>, says: string]>([
  [{ 'isolate-docker-config': 'yes' }, { isolateDockerConfig: true }, "Treating it as 'true'"],
  [{ 'mask-password': 'no' }, { maskPassword: true }, "'mask-password': invalid value 'no'"],
  [{ 'skip-logout': '1' }, { skipLogout: false }, "Treating it as 'false'"],
])('%j: the log says so', (given, result, says) => {
  expect(read(given)).toEqual({ ...DEFAULTS, ...result });
  expect(output()).toContain(says);
});

/** A single problem, on a single line. */
async function expectProblem(work: () => unknown, says: string) {
  const { message } = await thrownBy(work);

  expect(message).toMatch(/^.*$/);
  expect(message).toContain(says);
}

test.each<[Given, says: string]>([
  [{ 'allowed-account-ids': `${A},123` }, "Input 'allowed-account-ids': '123' has 3 digits"],
  [{ 'aws-region': 'Ireland' }, "'Ireland'. Allowed: a region, such as 'eu-west-1'"],
  [{ 'container-cli': 'rkt' }, "'container-cli': 'rkt' is none of docker"],
  [{ 'credential-source': 'pod' }, "'pod'. Allowed: 'auto', 'container', 'default-chain'"],
  [{ 'max-attempts': '0', AWS_MAX_ATTEMPTS: '3' }, "'0'. Allowed: a whole number from 1 to 20"],
  [{ 'max-attempts': '21' }, "invalid value '21'"],
  [{ 'max-attempts': '1e1' }, "invalid value '1e1'"],
  [{ 'max-attempts': 'x3' }, "invalid value 'x3'"],
  [{ registries: 'ghcr.io' }, "'registries': 'ghcr.io' is neither"],
  [{ 'registry-type': 'both' }, "'both'. Allowed: 'private', 'public'"],
  [{ 'allowed-account-ids': ' , ,' }, "Input 'allowed-account-ids': ', ,' names nothing"],
])('invalid: %j', (given, says) => expectProblem(() => read(given), says));

test('a job hook reads variables, and no inputs', () => {
  const result = readInHook({ 'max-attempts': 'x', ECR_LOGIN_MAX_ATTEMPTS: ' 4' });

  expect(result).toEqual({ ...DEFAULTS, maxAttempts: { call: 4, agent: 4 } });
});

test.each<[Given, says: string]>([
  [{ ECR_LOGIN_AWS_REGION: 'Ireland' }, "Variable ECR_LOGIN_AWS_REGION: invalid value 'Ireland'"],
  [{ ECR_LOGIN_REGISTRIES: ',' }, "Variable ECR_LOGIN_REGISTRIES: ',' names nothing"],
  [{ ECR_LOGIN_ON_FAILURE: 'warn', ECR_LOGIN_REGISTRYS: 'x' }, 'ECR_LOGIN_REGISTRYS: unknown'],
])('invalid in a job hook: %j', (given, says) => expectProblem(() => readInHook(given), says));
