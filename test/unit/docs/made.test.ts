import { describe, expect, test } from '@jest/globals';
import { ERROR_SAMPLES } from '../../../scripts/docs/error-samples/all.ts';
import { flowPicture } from '../../../scripts/docs/flow-picture.ts';
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

describe('the pictures of the flow', () => {
  test.each(['step', 'modules'])('%s.svg is what `npm run docs` makes of its text', (name) => {
    const text = repositoryText(`docs/pictures/${name}.txt`);
    expect(repositoryText(`docs/pictures/${name}.svg`)).toBe(flowPicture(text));
  });

  test('a line that means nothing is an error, and one that has no step before it', () => {
    expect(() => flowPicture('lane a\nbox b')).toThrow('means nothing: box b');
    expect(() => flowPicture('lane a\nwith b')).toThrow('no step before: with b');
  });

  test('text cannot become markup', () => {
    expect(flowPicture('lane <a> & "b"')).toContain('&lt;a&gt; &amp; &quot;b&quot;');
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

  test('log-good.svg is of a run that uses EKS Pod Identity and logs in and out', () => {
    const text = textOfPicture(repositoryText('docs/pictures/log-good.svg'));
    expect(text).toContain('Using credentials from EKS Pod Identity');
    expect(text).toContain('Logging in to registry');
    expect(text).toContain('Logging out of registry');
    expect(text).not.toContain('✘');
  });

  test('log-failed.svg is of a run that says which association is missing, and how to make it', () => {
    const text = textOfPicture(repositoryText('docs/pictures/log-failed.svg')).replace(/\s+/g, ' ');
    expect(text).toContain('Error: ');
    expect(text).toContain('aws eks create-pod-identity-association');
    expect(text).not.toContain('✘');
  });
});
