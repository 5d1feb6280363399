import type { KnownError } from './known-error.ts';

const CORRECT_URL = {
  remedy: `Write the proxy as http://host:port, with user:password@ before the host if it
    requires a login, and keep it as a secret. Encode special characters: @ is %40, / is %2F.`,
  commands: ['with:', `  http-proxy: \${{ secrets.PROXY_URL }}`],
};

/** Proxies of the calls to AWS and of the container clients, which read the same variables. */
export const PROXY: KnownError[] = [
  {
    id: 'proxy-url-invalid',
    cause: `The URL of the proxy is not valid.`,
    ...CORRECT_URL,
  },

  {
    id: 'proxy-login',
    patterns: [/refused the connection to \S{1,300}: 407|Proxy Authentication Required/],

    cause: `The proxy requires a user and a password, or refuses those in its URL.`,
    ...CORRECT_URL,
  },

  {
    id: 'proxy-failed',
    patterns: [
      /refused the connection to \S{1,300}: \d|proxyconnect/,
      /The proxy .{1,300}(?:cannot be reached|did not answer with HTTP|passed on nothing)/,
      // Of the proxy's answer, Go shows only the text of the status.
      /(?:Get|Head|Post) "https:[^" ]{1,300}": (?:Forbidden|Filtered|Bad |Service Unavailable|Gateway )/,
    ],

    cause: `The proxy does not answer, its rules do not allow this connection, or its URL
      begins with https:// although it does not use TLS.`,
    remedy: `Correct the URL, allow the host on the proxy, or bypass the proxy, for example for
      a VPC endpoint. If the message begins with "Error response from daemon", change the proxy
      of the Docker daemon.`,
    commands: [
      'env:',
      '  HTTPS_PROXY: http://proxy.example.com:3128',
      '  NO_PROXY: .amazonaws.com',
    ],
  },
];
