import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isFromContainer, profileContent, readProfiles } from '../../../src/identity/profile.ts';
import { presentable } from '../../../src/runner/log.ts';

test('the keys of every profile are kept out of the log', async () => {
  const environment = process.env;
  const folder = mkdtempSync(join(tmpdir(), 'profiles-'));
  const file = join(folder, 'credentials');
  writeFileSync(file, '[a]\naws_secret_access_key = key-of-a\n[b]\naws_session_token = token-of-b\n');
  process.env = {
    ...environment,
    AWS_SHARED_CREDENTIALS_FILE: file,
    AWS_CONFIG_FILE: join(folder, 'config'),
  };
  try {
    expect(Object.keys(await readProfiles())).toEqual(['a', 'b']);
  } finally {
    process.env = environment;
    rmSync(folder, { recursive: true });
  }
  expect(presentable('key-of-a and token-of-b')).toBe('*** and ***');
});

describe('whether a profile contains credentials', () => {
  test.each([
    [{ aws_access_key_id: 'A', aws_secret_access_key: 'B' }],
    [{ aws_access_key_id: 'A' }],
    [{ role_arn: 'arn', source_profile: 'base' }],
    [{ role_arn: 'arn', credential_source: 'EcsContainer' }],
    [{ web_identity_token_file: '/token', role_arn: 'arn' }],
    [{ credential_process: 'print-keys' }],
    [{ sso_session: 'corp' }],
    [{ sso_start_url: 'https://example.awsapps.com/start' }],
    [{ login_session: 'arn' }],
    [{ region: 'eu-west-1', credential_source: 'Ec2InstanceMetadata' }],
  ])('%j does', (profile) => {
    expect(profileContent(profile)).toBe('credentials');
  });

  test.each([
    [{}],
    [{ region: 'eu-west-1' }],
    [{ output: 'json', cli_pager: '', s3: 'x' }],
    [{ my_role_arn: 'arn', role_arn_of: 'arn' }],
  ])('%j does not', (profile) => {
    expect(profileContent(profile)).toBe('no-credentials');
  });

  test('a profile that does not exist is neither', () => {
    expect(profileContent(undefined)).toBe('missing');
  });
});

test.each([
  ['direct', true],
  ['chained', true],
  ['machine', false],
  ['itself', false],
  ['none', false],
])('whether a profile gets its credentials from the container: %s, %s', (name, expected) => {
  const profiles = {
    direct: { credential_source: 'EcsContainer' },
    chained: { source_profile: 'direct' },
    machine: { credential_source: 'Ec2InstanceMetadata' },
    itself: { source_profile: 'itself' },
  };
  expect(isFromContainer(profiles, name)).toBe(expected);
});
