import { describe, expect, test } from '@jest/globals';
import { ERROR_SAMPLES } from '../../../scripts/docs/error-samples/all.ts';
import { terminalPicture, textOfPicture } from '../../../scripts/docs/terminal-picture.ts';
import { troubleshooting } from '../../../scripts/docs/troubleshooting.ts';
import { KNOWN_ERRORS } from '../../../src/errors/known-errors/all.ts';
import { repositoryText } from './repository-files.ts';

describe('docs/troubleshooting.md', () => {
  test('is what `npm run docs` makes of the known errors', () => {
    expect(repositoryText('docs/troubleshooting.md')).toBe(troubleshooting());
  });

  test('has a section for every failure that the action explains, and a sample for no other', () => {
    const sections = [...repositoryText('docs/troubleshooting.md').matchAll(/^### (\S+)$/gm)].map(
      (match) => match[1],
    );
    const ids = KNOWN_ERRORS.map(({ id }) => id).sort();
    expect(sections.sort()).toEqual(ids);
    expect(Object.keys(ERROR_SAMPLES).sort()).toEqual(ids);
  });
});

describe('the pictures of the log', () => {
  test('show what was printed, with its colours, in lines of at most 118 characters', () => {
    const ESC = String.fromCharCode(27);
    const words = `  ${'word '.repeat(23)}and <end>`;
    const picture = terminalPicture('A log', `${ESC}[1mTitle${ESC}[22m\n${words}\n${'x'.repeat(130)}\n`);
    expect(picture).toContain('<tspan font-weight="700">Title</tspan>');
    expect(textOfPicture(picture).split('\n')).toEqual([
      'Title',
      `  ${'word '.repeat(22)}word`,
      '  and <end>',
      'x'.repeat(118),
      'x'.repeat(12),
    ]);
  });

  test('log-good.svg is of a main step that logs in with EKS Pod Identity, under real names', () => {
    const text = textOfPicture(repositoryText('docs/pictures/log-good.svg'));
    expect(text).toMatch(/^Using credentials from EKS Pod Identity, service account arc-runners\/arc-runner/);
    expect(text).toContain('Logging in to registry 111122223333.dkr.ecr.eu-west-1.amazonaws.com');
    expect(text).not.toMatch(/Error|Warning|127\.0\.0\.1/);
  });

  test('log-failed.svg is of one that says which association is missing, and how to create it', () => {
    const text = textOfPicture(repositoryText('docs/pictures/log-failed.svg')).replace(/\s+/g, ' ');
    expect(text).toContain('Error: ');
    expect(text).toContain('aws eks create-pod-identity-association');
    expect(text).toContain('--service-account arc-runner');
    expect(text).not.toMatch(/127\.0\.0\.1|\/tmp\//);
  });
});
