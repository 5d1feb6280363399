import { describe, expect, test } from '@jest/globals';
import { isFromContainer, profileContent } from '../../../src/identity/profile.ts';

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
