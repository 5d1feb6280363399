import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  exportVariables,
  maskSecrets,
  outputSuffix,
  requireOutputFile,
  restoreVariables,
  setListOutputs,
  setLoginOutputs,
  setRegistryOutput,
} from '../../src/outputs.ts';
import * as log from '../../src/runner/log.ts';
import { FileCommandFiles } from '../harness/file-commands.ts';
import { captureOutput } from './written-output.ts';

test.each([
  ['123456789012.dkr.ecr.us-east-1.amazonaws.com', '123456789012_dkr_ecr_us_east_1_amazonaws_com'],
  ['public.ecr.aws', 'public_ecr_aws'],
  ['127.0.0.1:5000', '127_0_0_1_5000'],
  ['a--b..c_d', 'a_b_c_d'],
])('the outputs of %s end in %s', (registry, suffix) => {
  expect(outputSuffix(registry)).toBe(suffix);
});

describe('what can log in is masked', () => {
  // Padded otherwise than docker pads it, so that the two are not the same text.
  const password = 'hunter2-hunter2';
  const padded = Buffer.from(`AWS:${password}`).toString('base64');
  const login = { registry: 'host', username: 'AWS', password, token: padded.replace(/=+$/, '') };
  const masksOf = (text: string) => [...text.matchAll(/^::add-mask::(.*)$/gm)].map(([, mask]) => mask);
  const warningsOf = (text: string) => [...text.matchAll(/^::warning::/gm)].length;

  test.each([
    [true, [login.token, padded, password], 0],
    [false, [login.token, padded], 1],
  ])('with mask-password %p', (maskPassword, masked, warnings) => {
    expect(padded).not.toBe(login.token);
    const written = captureOutput();
    maskSecrets([login], maskPassword);
    jest.restoreAllMocks();
    expect([masksOf(written()), warningsOf(written())]).toEqual([masked, warnings]);
  });

  test('the log has no password, whether it is masked or not', () => {
    const written = captureOutput();
    const other = { ...login, password: 'hunter3-hunter3', token: 'token' };
    maskSecrets([other], false);
    log.info('docker said hunter3-hunter3.');
    jest.restoreAllMocks();
    expect(written()).toContain('docker said ***.');
  });

  test('without a login there is nothing to warn of', () => {
    const written = captureOutput();
    maskSecrets([], false);
    jest.restoreAllMocks();
    expect(written()).toBe('');
  });
});

test('without a file for the outputs there is no login', () => {
  expect(() => requireOutputFile({ GITHUB_OUTPUT: '/file' })).not.toThrow();
  for (const environment of [{}, { GITHUB_OUTPUT: '' }]) {
    expect(() => requireOutputFile(environment)).toThrow('GITHUB_OUTPUT is not set');
  }
});

describe('the outputs', () => {
  let outputs: Record<string, string>;
  const setOutput = (name: string, value: string) => {
    outputs[name] = value;
  };
  beforeEach(() => {
    outputs = {};
  });
  const login = (registry: string, hour: number) => ({
    registry,
    username: 'AWS',
    password: `of ${registry}`,
    token: '',
    expiresAt: new Date(Date.UTC(2030, 0, 1, hour)),
  });

  test('of a registry are its user and password', () => {
    setLoginOutputs(login('public.ecr.aws', 1), setOutput);
    expect(outputs).toEqual({
      docker_username_public_ecr_aws: 'AWS',
      docker_password_public_ecr_aws: 'of public.ecr.aws',
    });
  });

  test('of all registries are their list, and when the first password expires', () => {
    setListOutputs([login('b', 2), login('a', 1)], setOutput);
    expect(outputs).toEqual({ registries: '["b","a"]', 'expires-at': '2030-01-01T01:00:00Z' });
  });

  test('of registries whose passwords have no end are their list alone', () => {
    const { expiresAt: _, ...endless } = login('a', 1);
    setListOutputs([endless], setOutput);
    expect(outputs).toEqual({ registries: '["a"]' });
  });

  test('of no registry are none', () => {
    setListOutputs([], setOutput);
    expect(outputs).toEqual({});
  });

  test.each([
    [[], {}],
    [['a'], { registry: 'a' }],
    [['a', 'b'], {}],
  ])('registry, of %j: %j', (registries, expected) => {
    setRegistryOutput(registries, setOutput);
    expect(outputs).toEqual(expected);
  });
});

describe('the variables of the steps that follow', () => {
  const environment = process.env;
  let directory: string;
  let files: FileCommandFiles;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'variables-'));
    files = new FileCommandFiles(directory);
    process.env = { ...files.env };
    captureOutput();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.env = environment;
    rmSync(directory, { recursive: true });
  });

  const moved = [
    { name: 'DOCKER_CONFIG', value: '/own', earlier: '/shared' },
    { name: 'REGISTRY_AUTH_FILE', value: '/own/auth.json', earlier: '' },
  ];
  const own = { DOCKER_CONFIG: '/own', REGISTRY_AUTH_FILE: '/own/auth.json' };
  const earlier = { DOCKER_CONFIG: '/shared', REGISTRY_AUTH_FILE: '' };

  test("lead to the job's own configuration", () => {
    exportVariables(moved);
    expect(files.read().exportedEnv).toEqual(own);
  });

  test.each([
    ['as they were left', own],
    ['as they are where the runner tells post nothing of them', {}],
  ])('get their earlier values back, %s', (_, now) => {
    expect(restoreVariables(moved, now)).toEqual([]);
    expect(files.read().exportedEnv).toEqual(earlier);
  });

  test('stay as another step has set them', () => {
    expect(restoreVariables(moved, { ...own, DOCKER_CONFIG: '/other' })).toEqual([]);
    expect(files.read().exportedEnv).toEqual({ REGISTRY_AUTH_FILE: '' });
  });

  test('that cannot be given back are named, each with the reason', () => {
    process.env['GITHUB_ENV'] = join(directory, 'gone');
    expect(restoreVariables(moved, own)).toEqual([
      expect.stringMatching(/^DOCKER_CONFIG could not be given its earlier value: ./),
      expect.stringMatching(/^REGISTRY_AUTH_FILE could not be given its earlier value: ./),
    ]);
  });
});
