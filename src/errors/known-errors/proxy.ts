import type { KnownError } from './known-error.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of a workflow
const PROXY_FROM_SECRET = 'http-proxy: ${{ secrets.PROXY_URL }}';

/** What a proxy does to the calls that go through it, of whatever service. */
export const PROXY: readonly KnownError[] = [
  {
    id: 'proxy-login',
    areas: ['credentials', 'ecr'],
    pattern: /The proxy .* refused the connection to \S+: 407/,
    means: 'The proxy wants a user and password, or does not take those that it was given.',
    remedy: `Put user and password into the URL, before the host, special characters as %XX, and keep the URL as a secret:\nwith:\n  ${PROXY_FROM_SECRET}`,
  },
  {
    id: 'proxy-refused',
    areas: ['credentials', 'ecr'],
    pattern: /The proxy .* refused the connection to (?<host>\S+):/,
    means:
      'The proxy answers, and does not lead to {host}: its rules forbid it, or it cannot reach it either.',
    remedy:
      'Let the proxy pass {host}, or go there without it (to a VPC endpoint, say):\nenv:\n  NO_PROXY: .amazonaws.com',
  },
  {
    id: 'proxy-unreachable',
    areas: ['credentials', 'ecr'],
    pattern: /The proxy .* cannot be reached/,
    means:
      'Nothing answers at the address of the proxy: it is written with a mistake, its name is not known here, or the runner has no route to it.',
    remedy:
      'Try it from the runner, or go without it:\ncurl -sS -o /dev/null -x http://proxy.example.com:3128 https://sts.amazonaws.com\nenv:\n  NO_PROXY: .amazonaws.com',
  },
];
