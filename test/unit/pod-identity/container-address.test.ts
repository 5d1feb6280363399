import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { addressRefusal } from '../../../src/pod-identity/container-address.ts';

const environment = process.env;
beforeEach(() => {
  // The SDK's provider reads the environment of the process itself; what is there must not decide.
  process.env = {
    ...environment,
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/token',
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'token',
  };
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = environment;
});

describe('an address that the SDK accepts', () => {
  test.each([
    'https://credentials.example.com/v1',
    'http://127.0.0.1:8080/v1',
    'http://127.255.0.1/v1',
    'http://localhost:8080/v1',
    'http://[::1]:8080/v1',
    'http://169.254.170.2/v2/credentials',
    'http://169.254.170.23/v1/credentials',
    'http://[fd00:ec2::23]/v1/credentials',
  ])('%s', (uri) => {
    expect(addressRefusal(uri)).toBeUndefined();
  });
});

test('the question is no reason for a warning of the SDK', () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
  addressRefusal('http://127.0.0.1/v1');
  expect(warn).not.toHaveBeenCalled();
});

describe('an address that the SDK does not accept', () => {
  test.each([
    'http://192.0.2.2:8080/steal',
    'http://0.0.0.0:8080/v1',
    'http://[::ffff:192.0.2.2]/v1',
    'http://[::ffff:127.0.0.1]:8080/v1',
    'http://credentials.example.com/v1',
    'http://127.0.0.1.example.com/v1',
    'http://localhost.example.com/v1',
    'http://169.254.170.23@example.com/v1',
    'http://169.254.170.2@192.0.2.2/v2',
    'http://169.254.169.254/latest',
    'http://[fd00:ec2::24]/v1',
  ])('%s', (uri) => {
    expect(String(addressRefusal(uri))).toContain('URL not accepted');
  });

  test.each(['', '169.254.170.23/v1', '/v1'])("an invalid URL: '%s'", (uri) => {
    expect(addressRefusal(uri)).toBeDefined();
  });
});
