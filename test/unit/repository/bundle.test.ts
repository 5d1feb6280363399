import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repository } from '../../harness/paths.ts';

const FOLDER = join(repository, 'dist');
const scripts = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.js'),
);

describe('the bundle', () => {
  test('has no more than 0.7 MB of code', () => {
    const bytes = scripts.reduce((sum, name) => sum + statSync(join(FOLDER, name)).size, 0);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThanOrEqual(700_000);
  });

  test.each(scripts)('%s makes no require, and has no classes for the errors of ECR', (name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    expect(text).not.toContain('createRequire');
    expect(text).not.toContain('shapeId="com.amazonaws.ecr#');
  });
});
