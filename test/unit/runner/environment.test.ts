import os, { devNull } from 'node:os';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  leaveEmptyHome,
  readEnvironment,
  trimVariables,
  usePath,
  variable,
} from '../../../src/runner/environment.ts';
import { pretendPlatform } from '../platform.ts';

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
  beforeEach(() => {
    for (const name of NAMES) process.env[name] = 'here';
  });
  afterEach(() => {
    for (const name of NAMES) delete process.env[name];
  });

  test('is a snapshot: what changes later is not seen', () => {
    const environment = readEnvironment();
    process.env['UPPER_CASE'] = 'changed';
    expect(environment['UPPER_CASE']).toBe('here');
  });

  test('on Windows a name is found whatever its case', () => {
    pretendPlatform('win32');
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

describe('an empty HOME', () => {
  const environment = process.env;
  afterEach(() => {
    process.env = environment;
    jest.restoreAllMocks();
  });

  test('is taken away where the user has a home', () => {
    jest.spyOn(os, 'userInfo').mockReturnValue(os.userInfo());
    process.env = { HOME: '', AWS_CONFIG_FILE: '/c' };
    leaveEmptyHome();
    expect(process.env).toEqual({ AWS_CONFIG_FILE: '/c' });
  });

  test('of a user without one leaves no configuration to read, but for what is named', () => {
    jest.spyOn(os, 'userInfo').mockImplementation(() => {
      throw new Error('ENOENT');
    });
    process.env = { HOME: '', AWS_CONFIG_FILE: '/c' };
    leaveEmptyHome();
    expect(process.env).toEqual({ HOME: '', AWS_CONFIG_FILE: '/c', AWS_SHARED_CREDENTIALS_FILE: devNull });
  });

  test('is none where HOME is set, or is not there at all', () => {
    for (const variables of [{ HOME: '/home/me' }, {}]) {
      process.env = { ...variables };
      leaveEmptyHome();
      expect(process.env).toEqual(variables);
    }
  });
});

test('another PATH is that of the process and of the environment, beside its other variables', () => {
  const environment = process.env;
  process.env = { PATH: '/a' };
  try {
    expect(usePath({ PATH: '/a', HOME: '/h' }, '/b')).toEqual({ PATH: '/b', HOME: '/h' });
    expect(process.env['PATH']).toBe('/b');
  } finally {
    process.env = environment;
  }
});
