import { describe, expect, test } from '@jest/globals';
import { explainSymptom } from '../../../src/errors/explain.ts';
import type { Failure, Symptom } from '../../../src/errors/failure.ts';
import { proxyFor } from '../../../src/network/proxied-handler.ts';
import { readProxies } from '../../../src/network/proxy.ts';
import { readEnvironment, withVariables } from '../../../src/runner/environment.ts';
import { redactForms } from '../../../src/runner/redaction.ts';

const ECR = 'https://api.ecr.eu-west-1.amazonaws.com/';
const PLAIN = 'http://ecr.example:8080/';

function chosen(url: string, input: string, environment: Record<string, string>): string | undefined {
  const proxies = readProxies(input, environment);
  return proxies && proxyFor(url, proxies)?.shown;
}

describe('which proxy', () => {
  test.each<
    [
      what: string,
      input: string,
      environment: Record<string, string>,
      https: string | undefined,
      http: string | undefined,
    ]
  >([
    ['none is set', '', {}, undefined, undefined],
    ['HTTPS_PROXY', '', { HTTPS_PROXY: 'http://a:1' }, 'http://a:1', undefined],
    ['https_proxy', '', { https_proxy: 'http://a:1' }, 'http://a:1', undefined],
    ['HTTP_PROXY alone serves https as well', '', { HTTP_PROXY: 'http://a:1' }, 'http://a:1', 'http://a:1'],
    ['http_proxy alone serves https as well', '', { http_proxy: 'http://a:1' }, 'http://a:1', 'http://a:1'],
    [
      'each for its own scheme',
      '',
      { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:2' },
      'http://a:1',
      'http://b:2',
    ],
    [
      'lower case goes first',
      '',
      { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:2' },
      'http://a:1',
      undefined,
    ],
    ['an empty one is not set', '', { https_proxy: '', HTTPS_PROXY: 'http://b:2' }, 'http://b:2', undefined],
    ['a blank one is not set', '', { https_proxy: ' ', HTTPS_PROXY: 'http://b:2' }, 'http://b:2', undefined],
    ['the input goes first', 'http://i:9', { https_proxy: 'http://a:1' }, 'http://i:9', 'http://i:9'],
    ['blanks around the input are ignored', ' http://i:9 ', {}, 'http://i:9', 'http://i:9'],
    ['blanks around a variable are ignored', '', { https_proxy: ' a:1 ' }, 'http://a:1', undefined],
    ['a blank input is not given', ' ', { https_proxy: 'http://a:1' }, 'http://a:1', undefined],
    ['http is the default scheme', 'i:9', {}, 'http://i:9', 'http://i:9'],
    ['a proxy over TLS', 'https://i', {}, 'https://i', 'https://i'],
    ['an IPv6 proxy', 'http://[::1]:9', {}, 'http://[::1]:9', 'http://[::1]:9'],
    [
      'ALL_PROXY is for other protocols',
      '',
      { ALL_PROXY: 'http://a:1', all_proxy: 'http://a:1' },
      undefined,
      undefined,
    ],
  ])('%s', (_what, input, environment, https, http) => {
    expect(chosen(ECR, input, environment)).toBe(https);
    expect(chosen(PLAIN, input, environment)).toBe(http);
  });

  test('the environment of this process is neither used nor changed', () => {
    const variables = { no_proxy: '*', NO_PROXY: '*', HTTPS_PROXY: 'http://elsewhere:1' };
    withVariables(variables, () => {
      const set = readEnvironment();
      expect(chosen(ECR, 'http://i:9', {})).toBe('http://i:9');
      expect(readEnvironment()).toEqual(set);
    });
  });
});

describe('NO_PROXY', () => {
  test.each<[noProxy: string, url: string, direct: boolean]>([
    ['api.ecr.eu-west-1.amazonaws.com', ECR, true],
    ['API.ECR.EU-WEST-1.AMAZONAWS.COM', ECR, true],
    ['ecr.eu-west-1.amazonaws.com', ECR, false],
    ['.amazonaws.com', ECR, true],
    ['.amazonaws.com', 'https://amazonaws.com.evil.example/', false],
    ['*.amazonaws.com', ECR, true],
    ['*.example.com', ECR, false],
    ['*', ECR, true],
    ['api.ecr.eu-west-1.amazonaws.com:443', ECR, true],
    ['api.ecr.eu-west-1.amazonaws.com:8443', ECR, false],
    ['ecr.example:8080', PLAIN, true],
    ['localhost,.amazonaws.com', ECR, true],
    ['localhost, .amazonaws.com', ECR, true],
    ['localhost .amazonaws.com', ECR, true],
    ['localhost,127.0.0.1', ECR, false],
    ['[::1]', 'http://[::1]:80/', true],
    ['', ECR, false],
  ])('%s: %s is requested directly: %s', (noProxy, url, direct) => {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      expect(chosen(url, 'http://i:9', { [name]: noProxy })).toBe(direct ? undefined : 'http://i:9');
      const byVariables = { HTTP_PROXY: 'http://a:1', [name]: noProxy };
      expect(chosen(url, '', byVariables)).toBe(direct ? undefined : 'http://a:1');
    }
  });
});

describe('an invalid proxy URL', () => {
  const symptom = (input: string, environment: Record<string, string> = {}): Symptom => {
    try {
      readProxies(input, environment);
      return { what: 'accepted' };
    } catch (error) {
      return (error as Failure).symptom;
    }
  };
  const message = (...args: Parameters<typeof symptom>): string => symptom(...args).what;

  test.each([
    ['variable HTTPS_PROXY', { HTTPS_PROXY: 'http://proxy:port' }],
    ['variable https_proxy', { https_proxy: 'http://proxy:99999' }],
    ['variable HTTP_PROXY', { HTTP_PROXY: 'http://:3128' }],
    ['variable http_proxy', { http_proxy: '://' }],
    ['variable HTTP_PROXY', { HTTPS_PROXY: 'http://proxy', HTTP_PROXY: 'http://' }],
  ])('in %s is an error that names it', (origin, environment) => {
    expect(message('', environment)).toMatch(`Invalid proxy URL in ${origin}: invalid host or port.`);
  });

  test.each([
    ['http://', 'invalid host or port'],
    ['http://jane:port@pro xy:3128', 'invalid host or port'],
    ['http://jane:hunter2secret', 'invalid host or port'],
    ['http://jane:hunter2@sec:ret', 'invalid host or port'],
    ['jane:hunter2/a#ss@proxy:3128', 'invalid host or port'],
    ['socks5://jane:hunter2@b@proxy', 'scheme is not http or https'],
    ['shttp://jane:hunter2@proxy', 'scheme is not http or https'],
    ['hunter2secret-and-more-of-it://proxy', 'scheme is not http or https'],
    ['http://jane:%zz@proxy', "invalid '%' in user or password"],
    ...['#', '/', '?', '\\'].flatMap((sign): [string, string][] => [
      [`http://jane:1234${sign}abc@host:9`, "'/', '?' or '#' before the '@'"],
      [`jane:1234${sign}abc@host:9`, "'/', '?' or '#' before the '@'"],
      [`http://jane:p@ss${sign}w@rd@host:9`, "'/', '?' or '#' before the '@'"],
    ]),
  ])('%s is refused, and nothing of it is quoted', (input, fault) => {
    expect(message(input)).toBe(`Invalid proxy URL in input 'http-proxy': ${fault}.`);
    expect(message(input)).not.toMatch(/jane|hunter2|abc|@host/);
  });

  test("is not one with a path, if no '@' is in it", () => {
    expect(message('http://host:9/path?q#f')).toBe('accepted');
  });

  test('has a remedy that is readable once secrets are taken out of it', () => {
    const { remedy = '' } = explainSymptom(symptom('http://'));
    expect(remedy).toContain('put user:password@ before the host');
    expect(redactForms(remedy)).toBe(remedy);
  });
});
