import { describe, expect, test } from '@jest/globals';
import { planCalls } from '../../../src/registry/calls.ts';

describe('planCalls', () => {
  test('no entry: the registry of the account that signs, without IDs', () => {
    expect(planCalls('private', [])).toEqual([{ service: 'ecr' }]);
  });

  test('accounts go together, in their order', () => {
    const entries = ['222222222222', '111111111111'].map((accountId) => ({
      kind: 'account' as const,
      accountId,
    }));
    expect(planCalls('private', entries)).toEqual([
      { service: 'ecr', registryIds: ['222222222222', '111111111111'] },
    ]);
  });

  test('public: its one registry', () => {
    expect(planCalls('public', [])).toEqual([{ service: 'ecr-public', registry: 'public.ecr.aws' }]);
  });
});
