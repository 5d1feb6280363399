import { describe, expect, test } from '@jest/globals';
import { proxySecrets } from '../../../src/network/proxy-secrets.ts';

const secrets = (url: string) => new Set(proxySecrets(url, {}));

describe('of a proxy, what is kept out of the log', () => {
  test('password, user and both together, as written and as sent', () => {
    const all = secrets('http://jane.doe:p%40ss%3A1@proxy:3128');
    const sent = Buffer.from('jane.doe:p@ss:1').toString('base64');
    for (const one of ['p%40ss%3A1', 'p@ss:1', 'jane.doe', 'jane.doe:p@ss:1', 'jane.doe:p%40ss%3A1', sent]) {
      expect(all).toContain(one);
    }
  });

  test('a password with signs that a URL has otherwise, as written and as sent', () => {
    const all = secrets('http://jane:p@ss"w|rd@proxy:3128');
    for (const one of ['p@ss"w|rd', 'p%40ss%22w%7Crd']) expect(all).toContain(one);
  });

  test('a user name that the lines of the log need stays readable', () => {
    expect(secrets('http://proxy:s3cret@host:1')).not.toContain('proxy');
    expect(secrets('http://it:s3cret@host:1')).not.toContain('it');
    expect(secrets('http://proxy:s3cret@host:1')).toContain('s3cret');
  });

  test.each([
    'http://proxy:3128',
    'proxy:3128/',
    'https://proxy',
    'http://[::1]:9',
    'http://pro xy:3128',
    '://',
    'http://some words: and more of them',
    '',
  ])('nothing of %s, which has no login', (url) => {
    expect(secrets(url)).toEqual(new Set());
  });
});

describe('of a value that is no URL', () => {
  test.each<[url: string, secrets: readonly string[]]>([
    ['http://jane.doe:hunter2secret#abc@host:9', ['hunter2secret#abc', 'hunter2secret', 'jane.doe']],
    ['http://jane.doe:1234#abc@host:9', ['1234#abc', '1234', 'jane.doe']],
    ['jane.doe:hunter2/secret@host:9', ['hunter2/secret', 'hunter2']],
    ['http://jane.doe:hunter2%zz@host:9', ['hunter2%zz', 'jane.doe']],
    ['http://jane.doe:hunter2secret@host:port', ['hunter2secret', 'jane.doe']],
    ['http://jane.doe:hunter2secret', ['hunter2secret']],
    ['jane.doe:hunter2/secret', ['hunter2/secret', 'hunter2']],
  ])('%s', (url, expected) => {
    for (const one of expected) expect(secrets(url)).toContain(one);
  });

  test('a start of the password that is a mere word stays readable', () => {
    expect(secrets('http://jane.doe:1#abc@host:9')).not.toContain('1');
  });
});

describe('which proxies', () => {
  const NAMES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

  test.each(NAMES)('that of %s, whatever the input names', (name) => {
    const environment = { [name]: 'http://bob:envproxysecret99@proxy' };
    for (const input of ['', 'http://other:1', 'http://jane:s3cret@other', 'no URL at all']) {
      expect(proxySecrets(input, environment)).toContain('envproxysecret99');
    }
  });

  test('all of them', () => {
    const environment = Object.fromEntries(
      NAMES.map((name, index) => [name, `http://u:passw0rd-${index}@p`]),
    );
    const all = proxySecrets(' http://u:passw0rd-input@p ', environment);
    for (const one of ['input', ...NAMES.keys()]) expect(all).toContain(`passw0rd-${one}`);
  });
});
