import type { KnownError } from './known-error.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of a workflow
const PROXY_FROM_SECRET = 'http-proxy: ${{ secrets.PROXY_URL }}';

/** Failures of the calls that go through a proxy, of whatever service. */
export const PROXY: readonly KnownError[] = [
  {
    id: 'proxy-url-invalid',
    areas: ['credentials'],
    means: 'The proxy that this step would use is set to a value that is not a proxy URL.',
    remedy:
      'Write it as http://host:port. If the proxy needs a login, put user:password@ before the host, with special ' +
      'characters as %XX: / is %2F, ? is %3F, # is %23, @ is %40, % is %25.',
  },
  {
    id: 'proxy-login',
    areas: ['credentials', 'ecr'],
    pattern: /The proxy .* refused the connection to \S+: 407/,
    means: 'The proxy requires a user and password, or rejects those in its URL.',
    remedy: `Put user and password into the URL, before the host, with special characters as %XX, and keep the URL as a secret:\nwith:\n  ${PROXY_FROM_SECRET}`,
  },
  {
    id: 'proxy-refused',
    areas: ['credentials', 'ecr'],
    pattern: /The proxy .* refused the connection to (?<host>\S+):/,
    means:
      'The proxy is reachable but does not connect to {host}: its rules forbid it, or it cannot reach {host} itself.',
    remedy:
      'Allow {host} on the proxy, or bypass the proxy (for a VPC endpoint, say):\nenv:\n  NO_PROXY: .amazonaws.com',
  },
  {
    id: 'proxy-without-tls',
    areas: ['credentials', 'ecr'],
    pattern: /The proxy .* cannot be reached: .*(?:wrong version number|packet length too long)/,
    means:
      'The URL of the proxy begins with https://, but the proxy does not use TLS at this port. Most proxies do not, for calls to https addresses either.',
    remedy: 'Write the URL of the proxy with http://:\nwith:\n  http-proxy: http://proxy.example.com:3128',
  },
  {
    id: 'proxy-untrusted',
    areas: ['credentials', 'ecr'],
    pattern: /The proxy .* cannot be reached: .*(?:certificate|altnames)/,
    means:
      'The URL of the proxy begins with https://, and this machine does not trust the certificate of the proxy, or it is for another name.',
    remedy:
      'Make its certificate authority known to the runner, and use the name that is in the certificate:\nenv:\n  NODE_EXTRA_CA_CERTS: /etc/ssl/certs/ca-certificates.crt',
  },
  {
    id: 'proxy-unreachable',
    areas: ['credentials', 'ecr'],
    pattern: /The proxy .* cannot be reached/,
    means:
      'Nothing listens at the address of the proxy, its name does not resolve on this runner, or the runner has no route to it.',
    remedy:
      'Test the proxy from the runner, or bypass it:\ncurl -sS -o /dev/null -x http://proxy.example.com:3128 https://sts.amazonaws.com\nenv:\n  NO_PROXY: .amazonaws.com',
  },
];
