import { Failure } from '../errors/failure.ts';
import { parsePrivateHost } from '../registry/host.ts';
import type { Authorization } from '../registry/login.ts';
import { singleLine } from '../runner/safe-text.ts';

/** A plain `host[:port]`: no option, path, user or blank. It becomes an argument of the container client. */
const PLAIN_HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;

/**
 * The registry host in a response. A login to it replaces the one that the container client has there, and post removes
 * it, so only registries of Amazon ECR are accepted; at a custom endpoint, a stand-in for ECR, any host.
 * Throws a Failure where it is not such a host.
 */
export function registryHost(proxyEndpoint: string | undefined, isCustomEndpoint: boolean): string {
  const host = proxyEndpoint?.replace(/^https?:\/\//, '').replace(/\/$/, '') ?? '';
  if (!PLAIN_HOST.test(host)) throw unexpected(`names a registry that is not a host: '${singleLine(host)}'`);
  if (!isCustomEndpoint && typeof parsePrivateHost(host) === 'string') {
    throw unexpected(`names '${host}', which is not a registry of Amazon ECR`);
  }
  return host;
}

function unexpected(what: string): Failure {
  const facts = { service: 'Amazon ECR' };
  return new Failure({ area: 'ecr', what: `The response of Amazon ECR ${what}.`, facts });
}

/** When the password expires. A response with an invalid time still has a valid token. */
export function expiry(expiresAt: Date | undefined): Pick<Authorization, 'expiresAt'> {
  return expiresAt === undefined || Number.isNaN(expiresAt.getTime()) ? {} : { expiresAt };
}

/**
 * Decodes a token. The password is everything behind the first colon.
 * Throws a Failure, never with the token's text: even a damaged token can be a secret.
 */
export function readToken(
  registry: string,
  token: string | undefined,
): Pick<Authorization, 'username' | 'password' | 'token'> {
  if (!token) {
    throw new Failure({ what: `The response for registry ${registry} has no authorization token.` });
  }
  const decoded = Buffer.from(token, 'base64').toString('utf8');
  const found = /^(?<username>\w[\w.-]*):(?<password>\S+)$/.exec(decoded)?.groups;
  if (found === undefined) {
    throw new Failure({
      what: `The authorization token for registry ${registry} is not base64 of 'user:password'.`,
    });
  }
  const { username, password } = found as Pick<Authorization, 'username' | 'password'>;
  return { username, password, token };
}
