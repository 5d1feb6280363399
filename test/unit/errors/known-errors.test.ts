import { describe, expect, test } from '@jest/globals';
import { ERROR_SAMPLES } from '../../../scripts/docs/error-samples/all.ts';
import { explainSymptom, explanationText } from '../../../src/errors/explain.ts';
import { KNOWN_ERRORS } from '../../../src/errors/known-errors/all.ts';
import { FACTS } from '../../../src/errors/known-errors/known-error.ts';

/** Each sample in each area of its entry. Entries without a pattern are named by the code that fails. */
const ROWS = KNOWN_ERRORS.filter(({ pattern }) => pattern !== undefined).flatMap(({ id, areas }) =>
  areas.flatMap((area) => (ERROR_SAMPLES[id] ?? []).map((sample) => ({ id, area, sample }))),
);

describe('the known errors', () => {
  test.each(ROWS)('$area, $id: $sample', ({ id, area, sample }) => {
    const [what = '', ...details] = sample.split('\n');
    const explanation = explainSymptom({ area, what, details: details.join('\n') });
    expect(explanation).toMatchObject({ id, what });
    expect(explanation.means).not.toMatch(/[{}]/);
    expect(explanation.remedy?.length).toBeGreaterThan(20);
  });

  test('are shown by at least 60 real messages', () => {
    expect(new Set(ROWS.map(({ sample }) => sample.split('\n')[0])).size).toBeGreaterThanOrEqual(60);
  });

  test('have unique IDs', () => {
    const ids = KNOWN_ERRORS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(KNOWN_ERRORS)('$id uses only facts that exist', ({ means, remedy, pattern }) => {
    const named = [...`${means} ${remedy}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const captured = [...(pattern?.source.matchAll(/\(\?<(\w+)>/g) ?? [])].map(([, name]) => name);
    expect(Object.keys(FACTS)).toEqual(expect.arrayContaining([...named, ...captured]));
  });

  test('an unknown error is shown in full', () => {
    expect(explainSymptom({ area: 'ecr', what: 'the moon is full' })).toEqual({ what: 'the moon is full' });
  });

  test('only those of the area are considered', () => {
    expect(explainSymptom({ area: 'ecr', what: 'not implemented' })).toEqual({ what: 'not implemented' });
  });
});

describe('an explanation', () => {
  test.each(['$(x) eu-west-1', 'eu-west-1 $(x)', '-x'])(
    'a fact of another form is left out: %s',
    (region) => {
      const what = 'responded with HTTP 404: (ResourceNotFoundException)';
      const namespace = `${region};`;
      const explanation = explainSymptom({ area: 'pod-identity', what, facts: { region, namespace } });
      expect(explanationText(explanation)).not.toContain(region);
      expect(explanation.remedy).toContain('--region <region> --namespace <namespace>');
    },
  );

  test.each(['$(x) C:\\token', 'C:\\token $(x)'])(
    'a path of Windows of another form is left out: %s',
    (tokenFile) => {
      const explanation = explainSymptom({
        what: 'x',
        knownError: 'token-file-missing',
        facts: { tokenFile },
      });
      expect(explanationText(explanation)).not.toContain(tokenFile);
    },
  );

  test('a fact that is not known begins with a capital at the start of a sentence only', () => {
    const what = 'client version 1.24 is too old';
    const { means } = explainSymptom({ area: 'container-client', what });
    expect(means).toMatch(/^The container client and its engine /);
    const store = explainSymptom({ area: 'container-client', what: 'error storing credentials - err: x' });
    expect(store.means).toContain('the configuration of the container client names');
  });

  test('facts are filled into cause and remedy', () => {
    const explanation = explainSymptom({
      area: 'pod-identity',
      what: 'responded with HTTP 404: (ResourceNotFoundException)',
      facts: { namespace: 'arc-runners', serviceAccount: 'build', region: 'eu-west-1' },
    });
    expect(explanation.means).toContain('service account build in namespace arc-runners');
    expect(explanation.remedy).toContain(
      'aws eks create-pod-identity-association --cluster-name <cluster> --region eu-west-1 --namespace arc-runners --service-account build --role-arn arn:aws:iam::<account-id>:role/<role>',
    );
  });

  test('a path of Windows is shown as it is', () => {
    const path = 'C:\\actions\\_work\\token-1.jwt';
    const symptom = { what: 'x', knownError: 'token-file-missing', facts: { tokenFile: path } };
    const { means, remedy } = explainSymptom(symptom);
    expect(`${means} ${remedy}`).toContain(path);
  });

  test('what the pattern captures wins over known facts', () => {
    const what =
      'User: arn:aws:iam::1:user/u is not authorized to perform: ecr:GetAuthorizationToken on resource: *';
    const { remedy } = explainSymptom({ area: 'ecr', what, facts: { principal: 'somebody' } });
    expect(remedy).toContain('the policies of arn:aws:iam::1:user/u:');
    expect(remedy).toContain('{ "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*" }');
  });

  test('an entry can be named by its ID', () => {
    const symptom = { what: 'No profile.', knownError: 'profile-missing', facts: { profile: 'ci' } };
    expect(explanationText(explainSymptom(symptom)).split('\n').slice(0, 2)).toEqual([
      'No profile.',
      expect.stringContaining("Likely cause: AWS_PROFILE names profile 'ci'"),
    ]);
    expect(() => explainSymptom({ what: '', knownError: 'no such entry' })).toThrow(RangeError);
  });
});
