import { describe, expect, test } from '@jest/globals';
import {
  CREDENTIAL_ORDER,
  CREDENTIAL_SOURCE_CHOICES,
  type CredentialSource,
  chooseCredentials,
  type IdentityFacts,
  type ProfileContent,
} from '../../../src/identity/credential-order.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const CONTAINER = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials' };
const IRSA = { AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/irsa' };

type Case = { keys: boolean; profile: ProfileContent | undefined; container: boolean; irsa: boolean };

function factsOf({ keys, profile, container, irsa }: Case): IdentityFacts {
  return {
    environment: {
      ...(keys && KEYS),
      ...(profile !== undefined && { AWS_PROFILE: 'ci' }),
      ...(container && CONTAINER),
      ...(irsa && IRSA),
    },
    profile,
  };
}

/** Which credentials are to be used, written by hand: rows are keys, profile, container URI, IRSA; `auto` only. */
const AUTO: readonly (readonly [Case, CredentialSource])[] = (
  [
    [1, undefined, 1, 1, 'environment'],
    [1, undefined, 1, 0, 'environment'],
    [1, undefined, 0, 1, 'environment'],
    [1, undefined, 0, 0, 'environment'],
    [1, 'credentials', 1, 1, 'environment'],
    [1, 'credentials', 0, 0, 'environment'],
    [1, 'no-credentials', 1, 1, 'environment'],
    [1, 'missing', 1, 1, 'environment'],
    [0, 'credentials', 1, 1, 'profile'],
    [0, 'credentials', 1, 0, 'profile'],
    [0, 'credentials', 0, 1, 'profile'],
    [0, 'credentials', 0, 0, 'profile'],
    [0, 'missing', 1, 1, 'profile'],
    [0, 'missing', 0, 0, 'profile'],
    [0, 'no-credentials', 1, 1, 'container'],
    [0, 'no-credentials', 1, 0, 'container'],
    [0, 'no-credentials', 0, 1, 'default-chain'],
    [0, 'no-credentials', 0, 0, 'default-chain'],
    [0, undefined, 1, 1, 'container'],
    [0, undefined, 1, 0, 'container'],
    [0, undefined, 0, 1, 'default-chain'],
    [0, undefined, 0, 0, 'default-chain'],
  ] as const
).map(([keys, profile, container, irsa, source]) => [
  { keys: keys === 1, profile, container: container === 1, irsa: irsa === 1 },
  source,
]);

describe('which credentials are used', () => {
  test.each(AUTO)('auto, %j: %s', (facts, source) => {
    expect(chooseCredentials('auto', factsOf(facts)).source).toBe(source);
  });

  test.each(AUTO)('a source that is named is used, whatever else is set: %j', (facts) => {
    for (const choice of CREDENTIAL_SOURCE_CHOICES) {
      if (choice === 'auto') continue;
      expect(chooseCredentials(choice, factsOf(facts))).toMatchObject({
        source: choice,
        reason: `the input credential-source is '${choice}'`,
        skipped: [],
      });
    }
  });

  test('a variable that is empty counts as not set', () => {
    const environment = { ...CONTAINER, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '' };
    expect(chooseCredentials('auto', { environment }).source).toBe('container');
    const blanked = { AWS_CONTAINER_CREDENTIALS_FULL_URI: '' };
    expect(chooseCredentials('auto', { environment: blanked }).source).toBe('default-chain');
  });

  test('every rule says why it does or does not apply', () => {
    expect(chooseCredentials('auto', { environment: {} }).skipped).toEqual([
      {
        mark: 'unused',
        subject: 'Keys in the environment',
        reason: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set',
      },
      { mark: 'unused', subject: 'Profile', reason: 'AWS_PROFILE is not set' },
      {
        mark: 'unused',
        subject: 'EKS Pod Identity',
        reason: 'AWS_CONTAINER_CREDENTIALS_FULL_URI is not set',
      },
    ]);
    expect(chooseCredentials('auto', { environment: { ...KEYS } }).reason).toBe(
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set',
    );
  });

  test('a rule says that a profile contains no credentials, or that nothing is set', () => {
    const profile = { environment: { AWS_PROFILE: 'ci' }, profile: 'no-credentials' } as const;
    const { skipped, reason } = chooseCredentials('auto', profile);
    expect(skipped[1]?.reason).toBe("AWS_PROFILE is set, but profile 'ci' contains no credentials");
    expect(reason).toBe(
      "no keys or AWS_CONTAINER_CREDENTIALS_FULL_URI are set, and profile 'ci' contains no credentials",
    );
    expect(chooseCredentials('auto', { environment: {} }).reason).toBe(
      'no keys, AWS_PROFILE or AWS_CONTAINER_CREDENTIALS_FULL_URI are set',
    );
  });

  test('the order ends with a rule that always applies', () => {
    expect(CREDENTIAL_ORDER.map(({ source }) => source)).toEqual([
      'environment',
      'profile',
      'container',
      'default-chain',
    ]);
  });
});

describe('what the user is told', () => {
  test('keys take precedence over a profile, with one warning', () => {
    const { warnings } = chooseCredentials('auto', { environment: { ...KEYS, AWS_PROFILE: 'ci' } });
    expect(warnings).toEqual([
      "Profile 'ci' of AWS_PROFILE is not used: the keys in the environment come first.",
    ]);
    expect(chooseCredentials('auto', { environment: KEYS }).warnings).toEqual([]);
  });

  test.each([
    ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'],
  ])('%s alone is a mistake, and the warning names %s', (set, unset) => {
    const chosen = chooseCredentials('auto', { environment: { ...CONTAINER, [set]: 'x' } });
    expect(chosen.source).toBe('container');
    expect(chosen.warnings).toEqual([
      `${set} is set and ${unset} is not, so the keys in the environment are not used.`,
    ]);
    expect(chosen.skipped[0]?.reason).toBe(`${unset} is not set`);
  });

  test('an IRSA role that is not used is named', () => {
    const { notes } = chooseCredentials('auto', { environment: { ...CONTAINER, ...IRSA } });
    expect(notes.join()).toContain('The IRSA role arn:aws:iam::123456789012:role/irsa');
    expect(chooseCredentials('container', { environment: { ...CONTAINER, ...IRSA } }).notes).toEqual(notes);
    expect(chooseCredentials('default-chain', { environment: { ...CONTAINER, ...IRSA } }).notes).toEqual([]);
    const { AWS_WEB_IDENTITY_TOKEN_FILE } = IRSA;
    const nameless = chooseCredentials('auto', {
      environment: { ...CONTAINER, AWS_WEB_IDENTITY_TOKEN_FILE },
    });
    expect(nameless.notes.join()).toContain('The IRSA role of AWS_WEB_IDENTITY_TOKEN_FILE');
  });

  test('a profile without credentials is named', () => {
    const facts = {
      environment: { ...CONTAINER, AWS_PROFILE: 'region-only' },
      profile: 'no-credentials',
    } as const;
    expect(chooseCredentials('auto', facts).notes).toEqual([
      "Profile 'region-only' of AWS_PROFILE contains no credentials, so it is not used for them.",
    ]);
  });
});
