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

describe('the account that signs', () => {
  test('may be any of those allowed', () => {
    expect(() => checkAccount('123456789012', ['111122223333', '123456789012'])).not.toThrow();
  });

  test('another one is named, with those allowed', () => {
    expect(() => checkAccount('999988887777', ['111122223333', '123456789012'])).toThrow(
      'The account that signs is 999988887777; allowed-account-ids allows 111122223333, 123456789012.',
    );
  });

  test('one that is not known is not allowed', () => {
    expect(() => checkAccount(undefined, ['123456789012'])).toThrow('is not known, so it cannot be allowed');
  });
});
