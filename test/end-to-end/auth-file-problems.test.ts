import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { KNOWN_ERRORS } from '../../src/errors/known-errors/all.ts';
import { runInNamespace } from '../harness/namespace.ts';
import { repository } from '../harness/paths.ts';
import { describeReal, NAMESPACE_PARTS } from '../harness/real-parts.ts';
import type { AuthFileProblemsSeen, Problem } from './scenarios/auth-file-problems.ts';

const SCENARIO = join(repository, 'test', 'end-to-end', 'scenarios', 'auth-file-problems.ts');
const ALL = ['docker', 'podman', 'buildah', 'skopeo', 'oras', 'config-file'];

describeReal('an auth file', [...NAMESPACE_PARTS, 'podman', 'buildah', 'skopeo', 'oras'], () => {
  test.each<[problem: Problem, id: string, tools: string[]]>([
    ['read-only', 'auth-file-read-only', ALL],
    ['full', 'auth-file-no-space', ALL],
    ['mounted file', 'auth-file-is-mount', ALL],
    ['names the file', 'docker-config-names-file', ALL],
    ['is a file', 'auth-file-not-in-directory', ALL],
    // docker replaces it.
    ['invalid', 'auth-file-invalid', ALL.filter((tool) => tool !== 'docker')],
  ])('with the problem "%s" is explained as %s', async (problem, id, tools) => {
    const seen = await runInNamespace<AuthFileProblemsSeen>(SCENARIO, {}, { problem, tools });
    const { means = '', remedy = '' } = KNOWN_ERRORS.find((entry) => entry.id === id) ?? {};
    const [cause] = means.split(/\{\w+\}/).sort((one, other) => other.length - one.length);
    for (const tool of tools) {
      const { error, isUnchanged } = seen[tool] ?? {};
      expect([tool, error]).toEqual([tool, expect.stringMatching(/^1 /)]);
      expect(error).toContain(cause);
      expect(error).toContain(remedy);
      if (problem === 'full') expect([tool, isUnchanged]).toEqual([tool, true]);
    }
  });
});
