import { describe, expect, test } from '@jest/globals';
import { clientEnvironment, dockersWords } from '../../../src/container/docker.ts';

describe('dockersWords', () => {
  test.each([
    ['Error response from daemon: no\n', 'Error response from daemon: no'],
    ['time="2026-01-01T00:00:00Z" level=info msg="x"\nError: no\n', 'Error: no'],
    ['level=warning msg="x"\nError: no\nlevel=info msg="y"', 'Error: no'],
    ['WARNING! Using --password\nError: no', 'Error: no'],
    ['Error: one\r\ntwo', 'Error: one two'],
    ['', 'it said nothing'],
    ['time="x" level=info msg="only noise"', 'it said nothing'],
  ])('%j: %s', (stderr, words) => {
    expect(dockersWords(stderr)).toBe(words);
  });
});

describe('clientEnvironment', () => {
  test('has the docker configuration, and not the credentials that docker does not need', () => {
    const environment = {
      PATH: '/bin',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 't',
      DOCKER_CONFIG: '/a',
    };
    expect(clientEnvironment(environment, '/b')).toEqual({ PATH: '/bin', DOCKER_CONFIG: '/b' });
  });
});
