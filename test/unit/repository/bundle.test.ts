import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { BOUNDS } from '../../../scripts/bench/steps/bounds.ts';
import { repository } from '../../harness/paths.ts';

test('the bundle is within its bound', () => {
  const folder = join(repository, 'dist');
  const bytes = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && !name.startsWith('hook'))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const megabytes = BOUNDS.find(({ id }) => id === 'bundle')?.bound ?? 0;
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes).toBeLessThanOrEqual(megabytes * 1e6);
});

test.each([
  ['the AWS SDK', 'GetAuthorizationToken'],
  ['the known errors', 'create-pod-identity-association'],
])('post has nothing of %s', (_, text) => {
  const having = (folder: string): string[] => {
    const scripts = readdirSync(join(repository, folder)).filter((name) => name.endsWith('.js'));
    return scripts.filter((name) => readFileSync(join(repository, folder, name), 'utf8').includes(text));
  };
  expect(having('dist')).not.toEqual([]);
  expect(having('dist/post')).toEqual([]);
});
