import { randomUUID } from 'node:crypto';
import { type Fault, answer as faultAnswer } from './faults.ts';
import { HttpStandIn, json, type ReceivedRequest, type Reply } from './http-stand-in.ts';
import type { Identity } from './identities.ts';
import { POD_IDENTITY_AUDIENCE, readClaims, type ServiceAccountClaims } from './service-account-token.ts';

/** Where the real agent listens. */
export const AGENT_ADDRESSES = ['169.254.170.23', 'fd00:ec2::23'];

/** An error as EKS Auth gives it and the agent passes it on (github.com/aws/eks-pod-identity-agent, pkg/errors). */
export function eksAuthError(
  status: number,
  code: string,
  message: string,
  fault: 'client' | 'server' = 'client',
): Fault {
  return faultAnswer(status, eksAuthErrorText(code, message, fault), PLAIN_TEXT);
}

/** The agent's answer when its node has no route to EKS Auth. */
export function eksAuthUnreachable(): Fault {
  return faultAnswer(500, '[]\n', PLAIN_TEXT);
}

const PLAIN_TEXT = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

function eksAuthErrorText(code: string, message: string, fault: string): string {
  return `[${randomUUID()}]: (${code}): ${message}, fault: ${fault}\n`;
}

function plainText(status: number, text: string): Reply {
  // Go's http.Error, which the agent uses, ends the text with a line feed.
  return { status, headers: PLAIN_TEXT, body: `${text}\n` };
}

/** The EKS Pod Identity agent of a node, and the associations of its cluster. */
export class PodIdentityAgent extends HttpStandIn {
  /** Who a service account (`namespace/name`) becomes. */
  readonly associations = new Map<string, Identity>();
  /** The hosts by which it may be called; else it takes the request for a forged one. */
  readonly allowedHosts: Set<string>;

  constructor(allowedHosts: Iterable<string> = AGENT_ADDRESSES) {
    super((request) => this.#answer(request));
    this.allowedHosts = new Set(allowedHosts);
  }

  /** The URI that the webhook would set in a pod. */
  get credentialsUri(): string {
    const authority = this.port === 80 ? this.authority.replace(/:80$/, '') : this.authority;
    return `http://${authority}/v1/credentials`;
  }

  #answer(request: ReceivedRequest): Reply {
    if (request.method !== 'GET' || request.path !== '/v1/credentials') {
      return plainText(404, '404 page not found');
    }
    const host = new URL(`http://${request.headers.host ?? ''}`).hostname.replace(/^\[|\]$/g, '');
    if (!this.allowedHosts.has(host)) {
      const allowed = [...this.allowedHosts].join(' ');
      const reason = `Called agent through invalid address, please use either [${allowed}] address not ${host}`;
      return plainText(403, `Access Denied. ${reason}`);
    }
    return this.#credentialsFor(request.headers.authorization ?? '');
  }

  #credentialsFor(token: string): Reply {
    if (token === '') {
      return plainText(400, 'Service account token cannot be empty');
    }
    let claims: ServiceAccountClaims;
    try {
      claims = readClaims(token);
    } catch (error) {
      return plainText(400, `Service account token cannot be parsed: ${(error as Error).message}`);
    }
    if (claims.exp <= Date.now() / 1000) {
      const reason = 'token has invalid claims: token is expired';
      return plainText(400, `Service account token failed basic claim validations: ${reason}`);
    }
    if (!claims.aud.includes(POD_IDENTITY_AUDIENCE)) {
      return plainText(
        400,
        eksAuthErrorText('InvalidTokenException', 'Audience in the token is invalid', 'client').trimEnd(),
      );
    }
    const identity = this.associations.get(claims.sub.split(':').slice(2).join('/'));
    if (identity === undefined) {
      const reason = 'No associations found for the service account';
      return plainText(404, eksAuthErrorText('ResourceNotFoundException', reason, 'client').trimEnd());
    }
    return json(200, {
      AccessKeyId: identity.accessKeyId,
      SecretAccessKey: identity.secretAccessKey,
      Token: identity.sessionToken,
      AccountId: identity.accountId,
      Expiration: new Date(Date.now() + 6 * 3600_000).toISOString(),
    });
  }
}
