import { describe, expect, test } from '@jest/globals';
import { proxySecrets } from '../../../src/network/proxy-secrets.ts';

const secrets = (url: string) => new Set(proxySecrets(url, {}));

/** The secrets that a text has in it, and that a mask would take out of it. */
const partsOf = (text: string, all: ReadonlySet<string>) =>
  [...all].filter((secret) => text.includes(secret));

describe('the secrets of a proxy URL', () => {
  test('are user and password as written and decoded, both together, and their base64', () => {
    const base64 = Buffer.from('jane.doe@corp:p@ss:1').toString('base64');
    expect(secrets('http://jane.doe%40corp:p%40ss%3A1@proxy:3128')).toEqual(
      new Set([
        'jane.doe%40corp',
        'jane.doe@corp',
        'p%40ss%3A1',
        'p@ss:1',
        'jane.doe%40corp:p%40ss%3A1',
        'jane.doe@corp:p@ss:1',
        base64,
      ]),
    );
  });

  test('are those of a password with characters that a URL encodes, as written and as sent', () => {
    const all = secrets('jane:p@ss"w|rd@proxy:3128/path@x');
    expect(all).toContain('p@ss"w|rd');
    expect(all).toContain('p%40ss%22w%7Crd');
    expect(partsOf('proxy:3128/path@x', all)).toEqual([]);
  });

  test.each(['http:///jane.doe:s3cret@proxy', 'http://jane.doe:s3\ncret@proxy'])(
    'are what is sent for a URL that the parser corrects: %j',
    (url) => {
      const all = secrets(url);
      expect(all).toContain('s3cret');
      expect(all).toContain(Buffer.from('jane.doe:s3cret').toString('base64'));
    },
  );

  test('are a password with a line break as written', () => {
    expect(secrets('http://jane.doe:s3\ncret@proxy')).toContain('s3\ncret');
  });

  test.each(['pa55/word', '1/word', 'pa55?word', 'pa#55word'])(
    'are those of a URL that is not valid, since its password is not escaped: %s',
    (password) => {
      const all = secrets(`http://jane.doe:${password}@proxy:3128`);
      expect(all).toContain(password);
      expect(all).toContain(`jane.doe:${password}`);
      expect([...all].join()).not.toContain('proxy');
      expect(secrets(`jane.doe:${password}@proxy:3128`)).toEqual(all);
    },
  );

  test("are the whole password if an '@' and a '/' in it are not escaped", () => {
    expect(secrets('http://jane.doe:p@ss/w@rd@proxy:3128')).toContain('p@ss/w@rd');
  });

  test("leave the proxy readable if its path contains an '@'", () => {
    const all = secrets('http://jane.doe:s3cret@proxy:3128/path@x');
    expect(all).toContain('s3cret');
    expect(partsOf('http://proxy:3128/path@x', all)).toEqual([]);
  });

  test('are a password without a user', () => {
    expect(secrets('http://:hunter2secret@host:1')).toContain('hunter2secret');
  });

  test.each(['http://jane@host', 'http://:hunter2secret@host'])('are no empty text: %s', (url) => {
    expect(proxySecrets(url, {})).not.toContain('');
  });

  test("are kept where a '%' is not an escape", () => {
    const base64 = Buffer.from('jane.doe:hunter2%zz').toString('base64');
    expect(secrets('http://jane.doe:hunter2%zz@host:9')).toEqual(
      new Set(['jane.doe', 'hunter2%zz', 'jane.doe:hunter2%zz', base64]),
    );
  });

  test('leave a user name readable that is short, or that the log needs', () => {
    expect(secrets('http://proxy:s3cret@host:1')).not.toContain('proxy');
    expect(secrets('http://bob:s3cret@host:1')).not.toContain('bob');
    expect(secrets('http://rita:s3cret@host:1')).toContain('rita');
    expect(secrets('http://proxy:s3cret@host:1')).toContain('s3cret');
  });

  test('are a token that stands where a user name would', () => {
    expect(secrets('http://a1b2c3d4e5@host:1')).toContain('a1b2c3d4e5');
  });

  test.each([
    'http://proxy:3128',
    'proxy:3128/',
    'https://proxy',
    'http://[::1]:9',
    'http://@proxy',
    'http://:@proxy:1',
    'http://pro xy:3128',
    '://',
    'http://some words: and more of them',
    '',
  ])('are none for %s', (url) => {
    expect(secrets(url)).toEqual(new Set());
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
