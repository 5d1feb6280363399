import { describe, expect, test } from '@jest/globals';
import { checkEndpointVariables } from '../../../src/network/endpoint-variables.ts';

describe('the variables of endpoints', () => {
  test.each([
    {},
    { AWS_ENDPOINT_URL: '', AWS_USE_FIPS_ENDPOINT: '' },
    { AWS_ENDPOINT_URL: 'https://vpce-1.api.ecr.eu-west-1.vpce.amazonaws.com' },
    { AWS_ENDPOINT_URL_ECR: 'HTTP://localhost:4566', AWS_ENDPOINT_URL_STS: 'http://[::1]:1/path' },
    { AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'false' },
    { AWS_ENDPOINT_URL_S3: 'localhost', AWS_USE_PATH_STYLE: 'TRUE' },
  ])('%j are fine', (environment) => {
    expect(() => checkEndpointVariables(environment)).not.toThrow();
  });

  test.each([
    ['AWS_ENDPOINT_URL', 'localhost:4566'],
    ['AWS_ENDPOINT_URL', 'proxy.example.com'],
    ['AWS_ENDPOINT_URL_ECR', '//user:password@localhost'],
    ['AWS_ENDPOINT_URL_ECR_PUBLIC', 'ftp://localhost'],
    ['AWS_ENDPOINT_URL_STS', 'https://'],
    ['AWS_ENDPOINT_URL_STS', 'xhttps://localhost'],
  ])('%s that is not a URL of HTTP is named, without its value: %s', (name, text) => {
    expect(() => checkEndpointVariables({ [name]: text })).toThrow(
      new RegExp(`^${name} is not a URL that begins with 'https://' or 'http://'\\.$`),
    );
  });

  test.each(['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'])(
    '%s with a value that the SDK ignores is named',
    (name) => {
      for (const text of ['TRUE', 'False', '1', 'yes', 'trueish', ' true']) {
        expect(() => checkEndpointVariables({ [name]: text })).toThrow(
          `${name} is '${text.trim()}'; the AWS SDK`,
        );
      }
    },
  );
});
