import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { PRODUCT } from '../../../src/runner/product.ts';

test('the action names itself to AWS by the name and version of its package', () => {
  const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(PRODUCT).toEqual({ name, version });
});
