import { describe, expect, test } from '@jest/globals';
import { isRegionName, partitionOfRegion } from '../../../src/registry/partition.ts';

describe('a region name', () => {
  test.each([
    'eu-west-1',
    'us-gov-east-1',
    'eusc-de-east-1',
    'us-isob-east-1',
    'ap-southeast-12',
    'aa-bb-1',
    'abcd-abcdefghijkl-abcdefghijkl-99',
  ])('%s', (text) => {
    expect(isRegionName(text)).toBe(true);
  });

  test.each([
    'evil.example/eu-west-1',
    ' eu-west-1',
    'x\neu-west-1',
    'Xeu-west-1',
    'eu-west-1\n',
    'eu-west-1x',
    'eu-west-1.example.com',
    'eu-west-1-1',
    'eu-west-123',
    'eu-west-',
    'eu-west',
    'eu-1',
    'e-west-1',
    'abcde-west-1',
    'eu-w-1',
    'eu-abcdefghijklm-1',
    'eu-we-st-ea-1',
    'EU-WEST-1',
    '',
  ])('%j is none', (text) => {
    expect(isRegionName(text)).toBe(false);
  });
});

test.each([
  ['us-east-1', 'aws'],
  ['mx-central-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['eusc-de-east-1', 'aws-eusc'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['us-isof-south-1', 'aws-iso-f'],
])('the partition of %s is %s', (region, id) => {
  expect(partitionOfRegion(region).id).toBe(id);
});
