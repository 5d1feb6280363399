import { describe, expect, test } from '@jest/globals';
import { checkAccount } from '../../../src/ecr/caller-account.ts';
import { accountOf } from '../../../src/registry/host.ts';

describe('the account of a registry', () => {
  test.each([
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', '123456789012'],
    ['012345678901.dkr.ecr-fips.us-east-1.amazonaws.com', '012345678901'],
    ['123456789012.dkr-ecr.eu-west-1.on.aws', '123456789012'],
    ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', '123456789012'],
    ['127.0.0.1:5000', undefined],
    ['public.ecr.aws', undefined],
    ['1123456789012.dkr.ecr.eu-west-1.amazonaws.com', undefined],
  ])('%s: %s', (registry, account) => {
    expect(accountOf(registry)).toBe(account);
  });
});

describe('the check of the caller account', () => {
  test('passes for each account that is allowed', () => {
    expect(() => checkAccount('123456789012', ['111122223333', '123456789012'])).not.toThrow();
  });

  test('names an account that is not allowed, with those that are', () => {
    expect(() => checkAccount('999988887777', ['111122223333', '123456789012'])).toThrow(
      'The caller account is 999988887777; allowed-account-ids allows 111122223333, 123456789012.',
    );
  });

  test('fails for an unknown account', () => {
    expect(() => checkAccount(undefined, ['123456789012'])).toThrow('is unknown, so it cannot be allowed');
  });
});
