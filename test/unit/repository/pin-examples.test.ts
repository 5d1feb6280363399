import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  filesWithExamples,
  PLACEHOLDER_COMMIT,
  pinned,
  usesOfThisAction,
} from '../../../scripts/pin-examples.ts';

const COMMIT = 'c0ffee'.padEnd(40, '0');
const pin = (text: string): string => pinned(text, 'someone/ecr-pod-identity-login', COMMIT, 'v1.2.3');

describe('a release puts its hash into the examples', () => {
  const line = `- uses: someone/ecr-pod-identity-login@${COMMIT} # v1.2.3`;

  test.each([
    ['where the placeholder stands', `- uses: OWNER/ecr-pod-identity-login@${PLACEHOLDER_COMMIT} # v0.0.0`],
    ['where an earlier release stands', `- uses: someone/ecr-pod-identity-login@${'b'.repeat(40)} # v1.2.2`],
    ['where a tag stands', '- uses: OWNER/ecr-pod-identity-login@v1'],
  ])('%s', (_, before) => {
    expect(pin(`${before}\n  id: ecr\n`)).toBe(`${line}\n  id: ecr\n`);
  });

  test('and its owner wherever the repository is named', () => {
    expect(pin('gh attestation verify dist/index.js --repo OWNER/ecr-pod-identity-login')).toBe(
      'gh attestation verify dist/index.js --repo someone/ecr-pod-identity-login',
    );
  });

  test('and leaves other actions alone', () => {
    const others = '- uses: actions/checkout@v7\n- uses: aws-actions/amazon-ecr-login@v2\n';
    expect(pin(others)).toBe(others);
  });

  test('twice is as good as once', () => {
    const once = pin('- uses: OWNER/ecr-pod-identity-login@v1 # any\n');
    expect(pin(once)).toBe(once);
  });
});

describe('the examples', () => {
  const uses = filesWithExamples('.').flatMap((file) =>
    usesOfThisAction(readFileSync(file, 'utf8')).map((use) => ({ file, ...use })),
  );

  test('are pinned by a full commit hash, or hold a place for it, with its version in a comment', () => {
    expect(uses.some(({ file }) => file === 'README.md')).toBe(true);
    for (const use of uses) {
      expect(use).toEqual({
        file: use.file,
        reference: expect.stringMatching(/^([0-9a-f]{40}|COMMIT_HASH)$/),
        comment: expect.stringMatching(/^v\d+\.\d+\.\d+$/),
      });
    }
  });

  test('are all of the same release', () => {
    expect(new Set(uses.map(({ reference, comment }) => `${reference} ${comment}`)).size).toBe(1);
  });
});
