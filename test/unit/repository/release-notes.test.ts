import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { changelogSection, releaseNotes, verifyCommand } from '../../../scripts/release-notes.ts';

const CHANGELOG = `# Changelog

## [Unreleased]

## [1.10.0] - 2026-12-01

### Added

- Ten.

## [1.1.0] - 2026-11-30

### Fixed

- One.

[1.1.0]: https://github.com/OWNER/ecr-pod-identity-login/releases/tag/v1.1.0
`;
const sources = { changelog: CHANGELOG, packageVersion: '1.1.0' };

describe('the notes of a release', () => {
  test('are its section of the changelog, and no other', () => {
    expect(releaseNotes('v1.1.0', sources)).toBe('### Fixed\n\n- One.\n');
  });

  test('tell two versions apart of which one begins like the other', () => {
    expect(changelogSection(CHANGELOG, '1.10.0')).toBe('### Added\n\n- Ten.');
  });

  test('show how to use it by its hash, and how to verify its files', () => {
    const release = { repository: 'someone/ecr-pod-identity-login', commit: 'a'.repeat(40) };
    const notes = releaseNotes('v1.1.0', sources, release);
    expect(notes).toContain(`- uses: someone/ecr-pod-identity-login@${'a'.repeat(40)} # v1.1.0\n`);
    expect(notes).toContain(`\n\`\`\`sh\n${verifyCommand(release.repository, 'v1.1.0')}\n\`\`\`\n`);
  });

  test.each([
    ['a tag that is no version', 'v1.1', sources, /not of the form v1\.2\.3/],
    ['a tag without the v', '1.1.0', sources, /not of the form/],
    ['a pre-release', 'v1.1.0-rc.1', sources, /not of the form/],
    [
      'a tag that is not the version of package.json',
      'v1.10.0',
      sources,
      /package\.json has version 1\.1\.0/,
    ],
    [
      'a version without a section',
      'v2.0.0',
      { ...sources, packageVersion: '2.0.0' },
      /no section '## \[2\.0\.0\]'/,
    ],
    ['a section without a date', 'v1.1.0', { ...sources, changelog: '## [1.1.0]\n\n- One.\n' }, /no date/],
    [
      'a section that says nothing',
      'v1.1.0',
      { ...sources, changelog: '## [1.1.0] - 2026-11-30\n\n' },
      /is empty/,
    ],
  ])('are refused for %s', (_, tag, given, problem) => {
    expect(() => releaseNotes(tag, given)).toThrow(problem);
  });
});

describe('CHANGELOG.md', () => {
  const headings = readFileSync('CHANGELOG.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('#'));

  test('has the form of Keep a Changelog', () => {
    expect(headings[0]).toBe('# Changelog');
    expect(headings[1]).toBe('## [Unreleased]');
    for (const heading of headings.slice(2)) {
      expect(heading).toMatch(
        /^(## \[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}|### (Added|Changed|Deprecated|Removed|Fixed|Security))$/,
      );
    }
  });
});
