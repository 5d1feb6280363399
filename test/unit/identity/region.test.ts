import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../../src/errors/failure.ts';
import { regionForCredentials, stepRegion } from '../../../src/identity/region.ts';

const NAMES = ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'] as const;

let folder: string;
let before: (string | undefined)[];

// The SDK's loader takes the places of the files from the environment of the process, and keeps what it has read.
beforeEach(() => {
  before = NAMES.map((name) => process.env[name]);
  folder = mkdtempSync(join(tmpdir(), 'region-'));
  for (const name of NAMES) process.env[name] = join(folder, name);
});

afterEach(() => {
  NAMES.forEach((name, index) => {
    if (before[index] === undefined) delete process.env[name];
    else process.env[name] = before[index];
  });
  rmSync(folder, { recursive: true });
});

function writeProfiles(config: string, credentials = ''): void {
  writeFileSync(join(folder, 'AWS_CONFIG_FILE'), config);
  writeFileSync(join(folder, 'AWS_SHARED_CREDENTIALS_FILE'), credentials);
}

describe('the order', () => {
  const ALL = { AWS_REGION: 'us-west-1', AWS_DEFAULT_REGION: 'us-west-2' };
  const PROFILE = '[default]\nregion = eu-north-1\n[profile team]\nregion = eu-south-1\n[profile bare]\n';

  test.each([
    ['the input', 'eu-west-1', ALL, 'eu-west-1'],
    ['AWS_REGION', '', ALL, 'us-west-1'],
    ['AWS_DEFAULT_REGION', '', { ...ALL, AWS_REGION: '' }, 'us-west-2'],
    ['the default profile', '', {}, 'eu-north-1'],
    ['the profile of AWS_PROFILE', '', { AWS_PROFILE: 'team' }, 'eu-south-1'],
    ['the default profile, where AWS_PROFILE is blanked', '', { AWS_PROFILE: '' }, 'eu-north-1'],
  ])('%s', async (_, input, environment, region) => {
    writeProfiles(PROFILE);
    expect(await stepRegion(input, environment)).toBe(region);
  });

  test('for a profile in both files, the credentials file takes precedence', async () => {
    writeProfiles('[profile team]\nregion = eu-south-1\n', '[team]\nregion = eu-south-2\n');
    expect(await stepRegion('', { AWS_PROFILE: 'team' })).toBe('eu-south-2');
  });
});

describe('no region', () => {
  test.each([
    ['no files', {}, 'default'],
    ['a profile without one', { AWS_PROFILE: 'bare' }, 'bare'],
    ['a profile that does not exist', { AWS_PROFILE: 'other' }, 'other'],
  ])('%s: an error that lists the sources', async (_, environment, profile) => {
    if (profile !== 'default') writeProfiles('[profile bare]\noutput = json\n');
    const failure = await stepRegion('', environment).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).message).toContain(
      `input 'aws-region', AWS_REGION, AWS_DEFAULT_REGION and the region of profile '${profile}' are not set`,
    );
    expect((failure as Failure).symptom.knownError).toBe('region-missing');
  });
});

test("no region in a job's container is an error of its own, with the file that cannot be read", async () => {
  const environment = {
    HOME: '/github/home',
    GITHUB_WORKSPACE: '/__w/app/app',
    AWS_CONFIG_FILE: join(folder, 'gone'),
  };
  const failure = await stepRegion('', environment).catch((error: unknown) => error);
  expect(failure).toMatchObject({ symptom: { knownError: 'container-job-region' } });
  expect(String(failure)).toContain(' are not set. AWS_CONFIG_FILE names ');
});

describe('the region for calls that get credentials', () => {
  const call = { service: 'ecr', fips: false, dualStack: false, targets: [] } as const;
  const calls = [
    { service: 'ecr-public', dualStack: false, targets: [] },
    { ...call, region: 'eu-north-1' },
    { ...call, region: 'eu-south-1' },
  ] as const;

  test.each([
    ['the input', 'eu-west-1', { AWS_REGION: 'us-west-1' }, 'eu-west-1'],
    ['AWS_REGION', '', { AWS_REGION: 'us-west-1', AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-1'],
    ['AWS_DEFAULT_REGION', '', { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-2'],
    ['that of the first registry that has one', '', {}, 'eu-north-1'],
  ])('is %s', (_, input, environment, region) => {
    expect(regionForCredentials(input, environment, calls)).toBe(region);
  });

  test('is unknown for ECR Public alone', () => {
    expect(regionForCredentials('', {}, calls.slice(0, 1))).toBeUndefined();
  });
});

describe('an invalid region', () => {
  test.each(['europe', 'EU-WEST-1', 'eu-west-1a', 'eu-west-1.example.com', 'eu-west-1/x', '$(id)', '-'])(
    '%j: an error that names its source',
    async (text) => {
      await expect(stepRegion(text, {})).rejects.toThrow(`input 'aws-region' is '${text}'`);
      await expect(stepRegion('', { AWS_REGION: text })).rejects.toThrow(`AWS_REGION is '${text}'`);
      await expect(stepRegion('', { AWS_DEFAULT_REGION: text })).rejects.toThrow('AWS_DEFAULT_REGION is');
      writeProfiles(`[default]\nregion = ${text}\n`);
      await expect(stepRegion('', {})).rejects.toThrow(`the region of profile 'default' is '${text}'`);
    },
  );
});
