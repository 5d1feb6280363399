import { describe, expect, test } from '@jest/globals';
import { Diagnosis } from '../../../src/errors/diagnosis.ts';
import { failureSummary } from '../../../src/errors/summary.ts';
import { presentable } from '../../../src/runner/log.ts';

describe('the diagnosis', () => {
  test('lists the checks, in order, with a mark and a reason each', async () => {
    const diagnosis = new Diagnosis();
    diagnosis.add({ mark: 'unused', subject: 'Profile', reason: 'AWS_PROFILE is not set' });
    await diagnosis.part(
      'Inputs',
      () => 3,
      (count) => `${count} read`,
    );
    const failing = diagnosis.part('Client', () => Promise.reject(new Error('not there\nmore')), String);
    await expect(failing).rejects.toThrow('not there\nmore');
    expect(diagnosis.lines()).toEqual([
      '– Profile: AWS_PROFILE is not set',
      '✓ Inputs: 3 read',
      '✗ Client: failed, see below',
    ]);
  });

  test('returns the result of a part', async () => {
    expect(await new Diagnosis().part('Inputs', async () => 3, String)).toBe(3);
  });
});

describe('the job summary', () => {
  test('contains the three parts and the list', () => {
    const summary = failureSummary(
      [{ what: 'No.', means: 'Because.', remedy: 'do it' }],
      ['✗ a: b', '✓ c: d'],
    );
    expect(summary).toBe(
      [
        '### Login to Amazon ECR failed',
        '```text\nNo.\n```',
        '**Likely cause**',
        '```text\nBecause.\n```',
        '**What to do**',
        '```text\ndo it\n```',
        '**Checks, in order**',
        '```text\n✗ a: b\n✓ c: d\n```',
        '',
      ].join('\n\n'),
    );
  });

  test('omits what is not known', () => {
    expect(failureSummary([{ what: 'No.' }], [])).toBe(
      '### Login to Amazon ECR failed\n\n```text\nNo.\n```\n\n',
    );
  });

  test('text from outside cannot leave its block', () => {
    const summary = failureSummary([{ what: 'a\n```\n<img src=x>\n````\nb' }], []);
    expect(summary).toContain('`````text\na\n```\n<img src=x>\n````\nb\n`````');
  });

  test('nor by a fence that a terminal sequence hides', () => {
    const summary = failureSummary([{ what: 'a\n``\u001b[0m`\n<img src=x>' }], []);
    expect(presentable(summary)).toContain('````text\na\n```\n<img src=x>\n````');
  });
});
