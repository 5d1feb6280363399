import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEnvironment, trimVariables, variable } from '../../../src/runner/environment.ts';

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
  const NAMES = ['UPPER_CASE', 'Mixed_Case'];
  const platform = process.platform;
  beforeEach(() => {
    for (const name of NAMES) process.env[name] = 'here';
  });
  afterEach(() => {
    for (const name of NAMES) delete process.env[name];
    Object.defineProperty(process, 'platform', { value: platform });
  });

  test('is a snapshot: what changes later is not seen', () => {
    const environment = readEnvironment();
    process.env['UPPER_CASE'] = 'changed';
    expect(environment['UPPER_CASE']).toBe('here');
  });

  test('on Windows a name is found whatever its case', () => {
    Object.defineProperty(process, 'platform', { value: 'win32' });
    expect(readEnvironment()['MIXED_CASE']).toBe('here');
  });
});

describe('trimVariables', () => {
  const NAMES = [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
  ];
  afterEach(() => {
    for (const name of [...NAMES, 'OTHER']) delete process.env[name];
  });

  test.each(NAMES)('removes blanks and line breaks around %s', (name) => {
    process.env[name] = ' text\r\n';
    process.env['OTHER'] = ' text\n';
    trimVariables();
    expect([process.env[name], process.env['OTHER']]).toEqual(['text', ' text\n']);
  });

  test('leaves nothing where there are only blanks', () => {
    process.env['AWS_REGION'] = ' \n';
    trimVariables();
    expect(process.env).not.toHaveProperty('AWS_REGION');
  });
});
