import { describe, expect, jest, test } from '@jest/globals';
import { maskSecrets, outputSuffix } from '../../src/outputs.ts';
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

  test.each([
    [true, [login.token, padded, password]],
    [false, [login.token, padded]],
  ])('with mask-password %p', (maskPassword, masked) => {
    expect(padded).not.toBe(login.token);
    const written = captureOutput();
    maskSecrets([login], maskPassword);
    jest.restoreAllMocks();
    const masks = written()
      .split(/\r?\n/)
      .flatMap((line) => /^::add-mask::(.*)$/.exec(line)?.[1] ?? []);
    expect(masks).toEqual(masked);
  });
});
