import { randomUUID } from 'node:crypto';
import { type Fault, answer as faultAnswer, slow } from './faults.ts';
import { HttpStandIn, json, type ReceivedRequest, type Reply } from './http-stand-in.ts';
import type { Identity } from './identities.ts';
import { POD_IDENTITY_AUDIENCE, readClaims, type ServiceAccountClaims } from './service-account-token.ts';

/** Where the real agent listens. */
export const AGENT_ADDRESSES = ['169.254.170.23', 'fd00:ec2::23'];

/** A response of the agent: its status, its text, and how long it takes, its own retries included. */
type AgentResponse = readonly [status: number, text: string, afterMs?: number];

const NODE = 'arn:aws:sts::123456789012:assumed-role/node-role/i-0123456789abcdef0';
const CACHE = 'error getting credentials to cache: ';
const FETCH = `${CACHE}unable to fetch credentials from EKS Auth: operation error EKS Auth: AssumeRoleForPodIdentity, `;

/**
 * The responses of the agent when something is wrong behind it: exact texts, statuses and delays of
 * eks-pod-identity-agent 0.1.37. Where it takes more or less time, this is the longest. Of the messages that EKS Auth gives
 * for invalid requests and its own errors, only the codes are known; their texts are the descriptions of its API reference.
 */
const RESPONSES = {
  'no association': [
    404,
    eksAuth(
      'ResourceNotFoundException',
      'The token included in the request has no service account role association for it.',
    ),
  ],
  'trust policy': [
    400,
    eksAuth(
      'AccessDeniedException',
      'Unauthorized Exception! EKS does not have permissions to assume the associated role.',
    ),
  ],
  'node denied': [
    400,
    eksAuth(
      'AccessDeniedException',
      `User: ${NODE} is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: arn:aws:eks:eu-west-1:123456789012:cluster/main because no identity-based policy allows the eks-auth:AssumeRoleForPodIdentity action`,
    ),
  ],
  'other audience': [400, eksAuth('InvalidTokenException', 'The audience in identity token is invalid.')],
  'token expired at EKS Auth': [
    400,
    eksAuth(
      'ExpiredTokenException',
      'The token included in the request is expired: current date/time 1798761600 must be before the expiration date/time 1798758000',
    ),
  ],
  'invalid parameter': [400, eksAuth('InvalidParameterException', 'The specified parameter is invalid.')],
  'invalid request': [
    400,
    eksAuth('InvalidRequestException', 'This exception is thrown if the request contains a semantic error.'),
  ],
  'node credentials expired': [
    403,
    eksAuth('ExpiredTokenException', 'The security token included in the request is expired'),
  ],
  'node credentials unknown': [
    403,
    eksAuth(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      'unknown',
    ),
  ],
  'node signature invalid': [
    403,
    eksAuth(
      'InvalidSignatureException',
      'Signature expired: 20261231T120000Z is now earlier than 20261231T121500Z (20261231T122000Z - 5 min.)',
    ),
  ],
  'throttled by EKS Auth': [429, eksAuth('ThrottlingException', 'Rate exceeded'), 4_100],
  'EKS Auth failed': [
    500,
    eksAuth('InternalServerException', 'These errors are usually caused by a server-side issue.', 'server'),
    4_700,
  ],
  'EKS Auth unavailable': [
    503,
    eksAuth('ServiceUnavailableException', 'The service is unavailable.', 'server'),
    4_700,
  ],
  'EKS Auth refused the connection': [500, '[]', 3_700],
  'EKS Auth never responds': [500, '[]', 8_000],
  'a proxy responds for EKS Auth': [502, '[]', 5_500],
  'retry quota exceeded': [
    500,
    `${FETCH}failed to get rate limit token, retry quota exceeded, 0 available, 5 requested`,
  ],
  'node has no credentials': [
    500,
    `${FETCH}get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, http response error StatusCode: 404, request to EC2 IMDS failed`,
    4_000,
  ],
  'no region': [
    500,
    `${FETCH}resolve auth scheme: resolve endpoint: endpoint rule error, Invalid Configuration: Missing Region`,
  ],
  'credentials about to expire': [
    500,
    'fetched credentials are expired or will expire within the next 9.09 seconds',
  ],
  'too many requests': [429, 'Too Many Requests'],
} satisfies Record<string, AgentResponse>;

export type AgentProblem = keyof typeof RESPONSES;

/** The agent's response to a problem behind it. */
export function agentFault(problem: AgentProblem): Fault {
  const [status, text, afterMs = 0]: AgentResponse = RESPONSES[problem];
  return slow(afterMs, plainTextFault(status, text));
}

/** A response of the agent with a text of the test's choice. */
export function plainTextFault(status: number, text: string): Fault {
  return faultAnswer(status, `${text}\n`, PLAIN_TEXT);
}

/** An error of EKS Auth as the agent passes it on (github.com/aws/eks-pod-identity-agent, pkg/errors). */
export function eksAuth(code: string, message: string, fault = 'client'): string {
  return `[${randomUUID()}]: (${code}): ${message}, fault: ${fault}`;
}

const PLAIN_TEXT = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

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
    super((request) => this.#respond(request));
    this.allowedHosts = new Set(allowedHosts);
  }

  /** The URI that the webhook would set in a pod. */
  get credentialsUri(): string {
    const authority = this.port === 80 ? this.authority.replace(/:80$/, '') : this.authority;
    return `http://${authority}/v1/credentials`;
  }

  #respond(request: ReceivedRequest): Reply {
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

  #credentialsFor(text: string): Reply {
    if (text === '') {
      return plainText(400, 'Service account token cannot be empty');
    }
    let claims: ServiceAccountClaims;
    try {
      claims = readClaims(text);
    } catch (error) {
      return plainText(400, `Service account token cannot be parsed: ${(error as Error).message}`);
    }
    const seconds = Date.now() / 1000;
    if (claims.exp <= seconds || claims.nbf > seconds) {
      const reason = claims.exp <= seconds ? 'token is expired' : 'token is not valid yet';
      return plainText(400, `Service account token failed basic claim validations: ${reason}`);
    }
    if (!claims.aud.includes(POD_IDENTITY_AUDIENCE)) return plainText(...RESPONSES['other audience']);
    const identity = this.associations.get(claims.sub.split(':').slice(2).join('/'));
    if (identity === undefined) return plainText(...RESPONSES['no association']);
    return json(200, {
      AccessKeyId: identity.accessKeyId,
      SecretAccessKey: identity.secretAccessKey,
      Token: identity.sessionToken,
      AccountId: identity.accountId,
      Expiration: new Date(Date.now() + 6 * 3600_000).toISOString(),
    });
  }
}
