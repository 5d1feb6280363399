import { describe, expect, test } from '@jest/globals';
import { explain, explainSymptom } from '../../../src/errors/explain.ts';
import { Failure } from '../../../src/errors/failure.ts';

/** The explanation of a tool that is missing, which begins with its name. */
const missing = (tool: string | undefined) => {
  const { means = '' } = explainSymptom({ what: 'x', knownError: 'client-missing', facts: { tool } });
  return means;
};

/** A command to copy, which contains a fact. */
const command = (pod: string): string => {
  const facts = { pod, namespace: 'ci' };
  return explainSymptom({ what: 'x', knownError: 'container-uri-not-set', facts }).remedy ?? '';
};

const REST = ' is not in the runner image';

describe('a fact in an explanation', () => {
  test.each([
    'podman',
    'podman, helm',
    '/usr/bin/docker',
    'C:\\Users\\me\\docker.exe',
    '[fd00::1]:80',
    '~/x',
    '.x',
  ])('%s is shown as it is', (tool) => {
    expect(missing(tool)).toContain(tool + REST);
  });

  test.each([
    undefined,
    '',
    '$(id)',
    'x$(id)',
    '$(id)x',
    'x;id',
    '-x',
    ' x',
    'x\ny',
    'x'.repeat(301),
    '$C:\\x',
    'C:\\x y',
    'C:\\x$',
    'xC:\\y',
  ])('%j is replaced by a placeholder, with a capital at the beginning', (tool) => {
    const text = missing(tool);
    expect(text).toMatch(new RegExp(`^[A-Z][\\w ]*${REST}`));
    if (tool !== undefined && tool !== '' && tool !== ' x') expect(text).not.toContain(tool);
  });

  test('of several words is a placeholder in a command', () => {
    expect(command('runner-1')).toContain('pod runner-1 --namespace ci');
    for (const pod of ['runner 1', '$(id)', 'x$(id)', '$x', 'x$']) {
      expect(command(pod)).not.toContain(pod);
      expect(command(pod)).toMatch(/pod \S+ --namespace ci/);
    }
  });

  test('leaves other braces as they are', () => {
    expect(command('runner-1')).toContain("'{.spec.serviceAccountName}'");
  });
});

describe('an explanation', () => {
  const what = 'error storing credentials - err: exit status 1, out: `not implemented`';

  test('is looked for in the area of the failure only', () => {
    expect(explainSymptom({ what, area: 'container-client' }).id).toBeDefined();
    expect(explainSymptom({ what, area: 'pod-identity' })).toEqual({ what });
    expect(explainSymptom({ what })).toEqual({ what });
  });

  test('is that of the failure itself where no known error matches', () => {
    const symptom = { what: 'a', means: 'b', remedy: 'c', area: 'ecr' } as const;
    expect(explain(new Failure(symptom))).toEqual({ what: 'a', means: 'b', remedy: 'c' });
    expect(explain(new Error('a'))).toEqual({ what: 'a' });
  });

  test('of a known error that does not exist is a mistake of the code', () => {
    expect(() => explainSymptom({ what: 'x', knownError: 'none' })).toThrow('no known error has the ID none');
  });
});
