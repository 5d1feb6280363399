import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEnvironment, variable } from '../../../src/runner/environment.ts';

describe('variable', () => {
  test.each([
    ['set', { NAME: 'text' }, 'text'],
    ['blanked by the workflow', { NAME: '' }, undefined],
    ['not set', {}, undefined],
  ])('%s', (_, environment, text) => {
    expect(variable(environment, 'NAME')).toBe(text);
  });
});

describe('readEnvironment', () => {
  const platform = process.platform;
  beforeEach(() => {
    process.env['Mixed_Case'] = 'here';
  });
  afterEach(() => {
    delete process.env['Mixed_Case'];
    Object.defineProperty(process, 'platform', { value: platform });
  });

  test('is a snapshot: what changes later is not seen', () => {
    const environment = readEnvironment();
    process.env['Mixed_Case'] = 'changed';
    expect(environment['Mixed_Case']).toBe('here');
  });

  test('on Windows a name is found whatever its case', () => {
    Object.defineProperty(process, 'platform', { value: 'win32' });
    expect(readEnvironment()['MIXED_CASE']).toBe('here');
  });
});
