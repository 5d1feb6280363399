import { expect, test } from '@jest/globals';
import { outputSuffix } from '../../src/outputs.ts';

test.each([
  ['123456789012.dkr.ecr.us-east-1.amazonaws.com', '123456789012_dkr_ecr_us_east_1_amazonaws_com'],
  ['public.ecr.aws', 'public_ecr_aws'],
  ['127.0.0.1:5000', '127_0_0_1_5000'],
  ['a--b..c_d', 'a_b_c_d'],
])('the outputs of %s end in %s', (registry, suffix) => {
  expect(outputSuffix(registry)).toBe(suffix);
});
