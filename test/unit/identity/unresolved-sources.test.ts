import { describe, expect, test } from '@jest/globals';
import type { Provider } from '../../../src/identity/identity-name.ts';
import { skippedWarnings, unresolvedSources } from '../../../src/identity/unresolved-sources.ts';

const PROCESS = { default: { credential_process: 'vend' } };
const WEB = { AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/irsa' };

const problems = (...args: Parameters<typeof unresolvedSources>) =>
  unresolvedSources(...args).map(({ provider, problem }) => `${provider}: ${problem}`);

describe('what the default chain can skip', () => {
  test.each([
    ['nothing', {}, {}],
    ['a default profile with a region only', {}, { default: { region: 'eu-west-1' } }],
    ['another profile', {}, { other: { credential_process: 'vend' } }],
    ['a whole web identity', WEB, {}],
    ['a name that every object has', { AWS_PROFILE: '' }, {}],
  ])('%s: nothing', (_, environment, profiles) => {
    expect(problems(environment, profiles)).toEqual([]);
  });

  test.each([
    [{}, PROCESS, "profile: Profile 'default' returned no credentials from its credential_process"],
    [{}, { default: { sso_session: 'corp' } }, "profile: Profile 'default' returned no credentials"],
    [
      {},
      { default: { source_profile: 'base', role_arn: 'arn' } },
      "profile: Profile 'default' returned no credentials: its source_profile 'base' does not exist",
    ],
    [
      {},
      { default: { source_profile: 'base', role_arn: 'arn' }, base: {} },
      "profile: Profile 'default' returned no credentials",
    ],
    [{ AWS_PROFILE: 'ci' }, PROCESS, "profile: Profile 'ci' of AWS_PROFILE does not exist"],
    [{ AWS_PROFILE: 'toString' }, {}, "profile: Profile 'toString' of AWS_PROFILE does not exist"],
    [
      { AWS_ROLE_ARN: WEB.AWS_ROLE_ARN },
      {},
      'web-identity: AWS_ROLE_ARN is set and AWS_WEB_IDENTITY_TOKEN_FILE is not, so there is no web identity',
    ],
    [
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/token' },
      {},
      'web-identity: AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not, so there is no web identity',
    ],
  ])('%j, %j', (environment, profiles, problem) => {
    expect(problems(environment, profiles)).toEqual([problem]);
  });
});

describe('the warnings', () => {
  const both = unresolvedSources({ AWS_ROLE_ARN: 'arn' }, PROCESS);
  const profile = expect.stringContaining("Profile 'default'");
  const webIdentity = expect.stringContaining('AWS_ROLE_ARN is set');

  test.each<[Provider, unknown[]]>([
    ['environment', []],
    ['profile', []],
    ['web-identity', [profile]],
    ['container', [profile, webIdentity]],
    ['instance', [profile, webIdentity]],
  ])('with credentials from %s name what comes before it', (provider, warnings) => {
    expect(skippedWarnings(both, { provider, name: 'x' })).toEqual(warnings);
  });

  test('name what the chain went on to', () => {
    expect(skippedWarnings(both, { provider: 'instance', name: 'the instance metadata' })[0]).toBe(
      "Profile 'default' returned no credentials from its credential_process; the AWS SDK went on to the instance metadata.",
    );
  });

  test('without any credentials name all', () => {
    expect(skippedWarnings(both, undefined)).toEqual([
      "Profile 'default' returned no credentials from its credential_process.",
      'AWS_ROLE_ARN is set and AWS_WEB_IDENTITY_TOKEN_FILE is not, so there is no web identity.',
    ]);
  });
});
