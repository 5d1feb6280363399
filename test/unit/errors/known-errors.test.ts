import { describe, expect, test } from '@jest/globals';
import { explainSymptom, explanationText } from '../../../src/errors/explain.ts';
import { KNOWN_ERRORS } from '../../../src/errors/known-errors/all.ts';
import { FACTS } from '../../../src/errors/known-errors/known-error.ts';
import { NAMED_BY_CODE, SAMPLES } from './samples.ts';

describe('the knowledge of failures', () => {
  const titled = SAMPLES.map((sample) => ({ ...sample, title: JSON.stringify(sample.words) }));
  test.each(titled)('$area, $id: $title', ({ id, area, words }) => {
    const [what = '', ...signs] = words.split('\n');
    const explanation = explainSymptom({ area, what, signs: signs.join('\n') });
    expect(explanation).toMatchObject({ id, what });
    expect(explanation.means).not.toMatch(/[{}]/);
    expect(explanation.remedy?.length).toBeGreaterThan(20);
  });

  test('has a sample for every entry, or code that names it', () => {
    const shown = new Set([...SAMPLES.map(({ id }) => id), ...NAMED_BY_CODE]);
    expect(KNOWN_ERRORS.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
    expect(KNOWN_ERRORS.filter(({ pattern }) => pattern === undefined).map(({ id }) => id)).toEqual(
      expect.arrayContaining(NAMED_BY_CODE),
    );
  });

  test('has one entry a name', () => {
    const ids = KNOWN_ERRORS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(KNOWN_ERRORS)('$id names only facts that there are', ({ means, remedy, pattern }) => {
    const named = [...`${means} ${remedy}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const captured = [...(pattern?.source.matchAll(/\(\?<(\w+)>/g) ?? [])].map(([, name]) => name);
    expect(Object.keys(FACTS)).toEqual(expect.arrayContaining([...named, ...captured]));
  });

  test('lets an error that it does not know through whole', () => {
    expect(explainSymptom({ area: 'ecr', what: 'the moon is full' })).toEqual({ what: 'the moon is full' });
  });

  test('keeps to the area where something failed', () => {
    expect(explainSymptom({ area: 'ecr', what: 'not implemented' })).toEqual({ what: 'not implemented' });
  });
});

describe('what an explanation says', () => {
  test('the facts of the failure stand in cause and remedy', () => {
    const explanation = explainSymptom({
      area: 'pod-identity',
      what: 'answered 404: (ResourceNotFoundException)',
      facts: { namespace: 'arc-runners', serviceAccount: 'build', region: 'eu-west-1' },
    });
    expect(explanation.means).toContain('service account build in namespace arc-runners');
    expect(explanation.remedy).toContain(
      'aws eks create-pod-identity-association --cluster-name <cluster> --region eu-west-1 --namespace arc-runners --service-account build --role-arn arn:aws:iam::<account-id>:role/<role>',
    );
  });

  test('what the pattern found goes before what was known', () => {
    const what =
      'User: arn:aws:iam::1:user/u is not authorized to perform: ecr:GetAuthorizationToken on resource: *';
    const { remedy } = explainSymptom({ area: 'ecr', what, facts: { principal: 'somebody' } });
    expect(remedy).toContain('the policy of arn:aws:iam::1:user/u:');
    expect(remedy).toContain('{ "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*" }');
  });

  test('a named entry explains a failure without words', () => {
    const symptom = { what: 'No profile.', knownError: 'profile-missing', facts: { profile: 'ci' } };
    expect(explanationText(explainSymptom(symptom)).split('\n').slice(0, 2)).toEqual([
      'No profile.',
      expect.stringContaining("Likely cause: AWS_PROFILE names the profile 'ci'"),
    ]);
    expect(() => explainSymptom({ what: '', knownError: 'no such entry' })).toThrow(RangeError);
  });
});
