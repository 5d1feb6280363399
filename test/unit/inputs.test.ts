import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ACTION_INPUTS, type Inputs, readInputs } from '../../src/inputs.ts';
import { captureOutput } from './written-output.ts';

const environment = process.env;
let written: () => string;

beforeEach(() => {
  written = captureOutput();
});
afterEach(() => {
  process.env = environment;
  jest.restoreAllMocks();
});

/** Reads the inputs as the runner hands them on; those not given are empty. */
function read(inputs: Readonly<Record<string, string>>): Inputs {
  const pairs = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  process.env = Object.fromEntries(pairs);
  return readInputs(ACTION_INPUTS);
}

const [A, B] = ['123456789012', '012345678901'];

test('nothing given', () => {
  expect(read({})).toEqual({
    allowedAccountIds: [],
    awsRegion: '',
    containerCli: [],
    credentialSource: 'auto',
    httpProxy: '',
    isolateDockerConfig: false,
    maskPassword: true,
    maxAttempts: undefined,
    registries: [],
    skipLogout: false,
  });
  expect(written()).toBe('');
});

test('everything given', () => {
  const inputs = {
    'allowed-account-ids': `${A}, ${B}\n${A}`,
    'aws-region': ' eu-west-1 ',
    'container-cli': 'podman,Helm',
    'credential-source': 'Default-Chain',
    'http-proxy': 'http://proxy.example.com:3128',
    'isolate-docker-config': 'true',
    'mask-password': 'false',
    'max-attempts': '20',
    registries: `${A},public.ecr.aws/x`,
    'registry-type': 'Private',
    'skip-logout': 'true',
  };
  expect(read(inputs)).toEqual({
    allowedAccountIds: [A, B],
    awsRegion: 'eu-west-1',
    containerCli: ['podman', 'helm'],
    credentialSource: 'default-chain',
    httpProxy: 'http://proxy.example.com:3128',
    isolateDockerConfig: true,
    maskPassword: false,
    maxAttempts: 20,
    registries: [
      { kind: 'account', accountId: A },
      { kind: 'public', host: 'public.ecr.aws', dualStack: false },
    ],
    skipLogout: true,
  });
});

test('registry-type public is ECR Public alone, and says that registries is not used', () => {
  expect(read({ 'registry-type': 'PUBLIC', registries: 'anything' }).registries).toEqual([
    { kind: 'public', host: 'public.ecr.aws', dualStack: false },
  ]);
  expect(written()).toContain("Input 'registries': not used");
});

test('registry-type public alone is no reason for a word', () => {
  expect(read({ 'registry-type': 'public' }).registries).toHaveLength(1);
  expect(written()).toBe('');
});

describe('an input that is true or false', () => {
  /** What each is without a value, and with one that is neither. */
  const FLAGS = [
    [
      'isolate-docker-config',
      'isolateDockerConfig',
      false,
      true,
      'the job gets a docker configuration of its own',
    ],
    ['mask-password', 'maskPassword', true, true, 'the password is masked'],
    ['skip-logout', 'skipLogout', false, false, 'the post step logs out'],
  ] as const;

  test.each(FLAGS)('%s', (name, key, absent, unreadable, effect) => {
    expect(read({ [name]: '' })[key]).toBe(absent);
    for (const text of ['true', 'TRUE', ' True ']) expect(read({ [name]: text })[key]).toBe(true);
    for (const text of ['false', 'FALSE', ' False ']) expect(read({ [name]: text })[key]).toBe(false);
    expect(written()).toBe('');
    for (const text of ['falsey', 'xfalse', 'truely', 'untrue', '0', '1', 'no', 'yes']) {
      expect([text, read({ [name]: text })[key]]).toEqual([text, unreadable]);
      expect(written()).toContain(
        `Input '${name}': invalid value '${text}'. Allowed: 'true', 'false'. As it is, ${effect}.`,
      );
    }
  });
});

describe('an invalid value is an error that names the input, the value and what is allowed', () => {
  test.each([
    [
      'registry-type',
      'protected',
      "Input 'registry-type': invalid value 'protected'. Allowed: 'private', 'public'.",
    ],
    [
      'registries',
      'abc',
      "Input 'registries': 'abc' is neither a 12-digit account ID nor a registry of Amazon ECR.",
    ],
    [
      'aws-region',
      'europe',
      "Input 'aws-region': invalid value 'europe'. Allowed: a region, such as 'eu-west-1'.",
    ],
    [
      'credential-source',
      'irsa',
      "Input 'credential-source': invalid value 'irsa'. Allowed: 'auto', 'container', 'default-chain'.",
    ],
    ['max-attempts', '21', "Input 'max-attempts': invalid value '21'. Allowed: a whole number from 1 to 20."],
    ['max-attempts', '0', "Input 'max-attempts': invalid value '0'. Allowed: a whole number from 1 to 20."],
    ['allowed-account-ids', 'abc', "Input 'allowed-account-ids': 'abc' is not a 12-digit account ID."],
    [
      'allowed-account-ids',
      '12345678901',
      "Input 'allowed-account-ids': '12345678901' has 11 digits, not the 12 of an account ID: a leading zero was lost, as YAML takes it for a number; quote it in YAML.",
    ],
    ['allowed-account-ids', '1234567890123', /'1234567890123' has 13 digits/],
    ['allowed-account-ids', '1.2345678901e+10', /is a number, which YAML made of an account ID/],
    ['allowed-account-ids', `x${A}`, /is not a 12-digit account ID/],
    ['container-cli', 'dokcer', /^Input 'container-cli': 'dokcer'/],
  ])('%s: %s', (name, value, message) => {
    expect(() => read({ [name]: value })).toThrow(message);
  });

  test('all of them in one error', () => {
    const inputs = { 'aws-region': 'x', 'allowed-account-ids': '1,y', registry: 'ghcr.io', registries: 'z' };
    const lines = /^(Input '.*'.*\n){4}Input '.*'.*$/;
    expect(() => read(inputs)).toThrow(lines);
  });
});

describe('an input of docker/login-action', () => {
  test.each([
    ['registry', "use 'registries'"],
    ['registry-auth', "list the registries in 'registries'"],
    ['username', 'the login uses AWS credentials'],
    ['password', 'the login uses AWS credentials'],
    ['logout', "use 'skip-logout'"],
    ['ecr', 'leave it out'],
    ['scope', 'leave it out'],
  ])('%s is an error that says what replaces it, without its value', (name, instead) => {
    const start = `Input '${name}': an input of docker/login-action`;
    expect(() => read({ [name]: 'hunter2' })).toThrow(start);
    expect(() => read({ [name]: 'hunter2' })).toThrow(instead);
    expect(() => read({ [name]: 'hunter2' })).not.toThrow('hunter2');
    expect(read({ [name]: '' }).registries).toEqual([]);
  });
});
