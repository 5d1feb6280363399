import { randomBytes, randomUUID } from 'node:crypto';
import { HttpStandIn, json, type ReceivedRequest, text } from './http-stand-in.ts';
import { type Identity, metadataCredentials } from './identities.ts';

const AUDIENCE = 'pods.eks.amazonaws.com';

/** An error of EKS Auth, as the agent passes it on (eks-pod-identity-agent, pkg/errors). */
export function eksAuth(code: string, message: string, fault = 'client') {
  return `[${randomUUID()}]: (${code}): ${message}, fault: ${fault}`;
}

function refusal(status: number, code: string, message: string) {
  return plainText(status, eksAuth(code, message));
}

/** The response of the agent if its call to EKS Auth fails. */
function notFetched(reason: string) {
  const call = 'operation error EKS Auth: AssumeRoleForPodIdentity';
  const words = 'error getting credentials to cache: unable to fetch credentials from EKS Auth';

  return plainText(500, `${words}: ${call}, ${reason}`);
}

/**
 * Responses of the agent to problems: statuses and texts of eks-pod-identity-agent 0.1.37 to 0.2.2.
 */
const RESPONSES = {
  'no association': refusal(
    404,
    'ResourceNotFoundException',
    'The token included in the request has no service account role association for it.',
  ),
  'trust policy': refusal(
    400,
    'AccessDeniedException',
    'Unauthorized Exception! EKS does not have permissions to assume the associated role.',
  ),
  'node denied': refusal(
    400,
    'AccessDeniedException',
    'User: arn:aws:sts::123456789012:assumed-role/node-role/i-0123456789abcdef0 ' +
      'is not authorized to perform: eks-auth:AssumeRoleForPodIdentity ' +
      'on resource: arn:aws:eks:eu-west-1:123456789012:cluster/main because no ' +
      'identity-based policy allows the eks-auth:AssumeRoleForPodIdentity action',
  ),
  'other audience': refusal(
    400,
    'InvalidTokenException',
    'The audience in identity token is invalid.',
  ),
  'missing pod claims': plainText(
    400,
    'failed to get pod uid from service account token: Service account token missing pod claims',
  ),
  'node credentials expired': refusal(
    403,
    'ExpiredTokenException',
    'The security token included in the request is expired',
  ),
  throttled: refusal(429, 'ThrottlingException', 'Rate exceeded'),
  'EKS Auth unavailable': plainText(
    503,
    eksAuth('ServiceUnavailableException', 'The service is unavailable.', 'server'),
  ),
  'a proxy denies EKS Auth': plainText(403, '[]'),
  'node has no credentials': notFetched(
    'get identity: get credentials: failed to refresh cached credentials, ' +
      'no EC2 IMDS role found, operation error ec2imds: GetMetadata, ' +
      'http response error StatusCode: 404, request to EC2 IMDS failed',
  ),
  'no region': notFetched(
    'resolve auth scheme: resolve endpoint: endpoint rule error, ' +
      'Invalid Configuration: Missing Region',
  ),
};

export type AgentProblem = keyof typeof RESPONSES;

export function agentFault(problem: AgentProblem) {
  return RESPONSES[problem];
}

export function plainText(status: number, words: string) {
  return text(status, `${words}\n`, { 'content-type': 'text/plain; charset=utf-8' });
}

/** The EKS Pod Identity agent of a node, and the associations of its cluster. */
export class PodIdentityAgent extends HttpStandIn {
  /** The role session of each service account, by `namespace/name`. */
  associations = new Map<string, Identity>();

  constructor() {
    super((request) => this.#respond(request));
  }

  get credentialsUri() {
    return `http://${this.address.replace(/:80$/, '')}/v1/credentials`;
  }

  #respond({ path, headers }: ReceivedRequest) {
    if (path !== '/v1/credentials') return plainText(404, '404 page not found');
    if (!headers.authorization) return plainText(400, 'Service account token cannot be empty');

    try {
      const [, claims = ''] = headers.authorization.split('.');

      return this.#credentialsFor(JSON.parse(Buffer.from(claims, 'base64url').toString()));
    } catch {
      return plainText(400, 'Service account token cannot be parsed: token is malformed');
    }
  }

  #credentialsFor({ exp, aud, sub }: Claims) {
    const isExpired = exp <= Date.now() / 1000;
    if (isExpired) {
      const words = 'Service account token failed basic claim validations: token is expired';
      return plainText(400, words);
    }
    if (!aud.includes(AUDIENCE)) return agentFault('other audience');

    const [, , namespace, name] = sub.split(':');
    const identity = this.associations.get(`${namespace}/${name}`);
    if (identity === undefined) return agentFault('no association');

    return json(200, metadataCredentials(identity));
  }
}

export interface TokenOptions {
  namespace?: string;
  serviceAccount?: string;
  audience?: string;
  /** If negative, the token has expired. */
  expiresInS?: number;
}

type Claims = { aud: string[]; exp: number; sub: string };

/**
 * Makes a token as Kubernetes mounts it into a pod, with the claims that somebody reads. The
 * signature is random, since no stand-in checks it.
 */
export function makeServiceAccountToken(options: TokenOptions = {}) {
  const { namespace = 'arc-runners', serviceAccount = 'build' } = options;
  const { audience = AUDIENCE, expiresInS = 3600 } = options;

  const claims = {
    aud: [audience],
    exp: Math.floor(Date.now() / 1000) + expiresInS,
    'kubernetes.io': {
      namespace,
      node: { name: 'ip-10-0-1-2.eu-west-1.compute.internal' },
      pod: { name: 'runner-abcde', uid: '9c3f1d52-1f0e-4f6c-8a3b-5d2e7c6b4a19' },
      serviceaccount: { name: serviceAccount },
    },
    sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
  };

  const parts = [
    Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'f3c1' })),
    Buffer.from(JSON.stringify(claims)),
    randomBytes(256),
  ];
  return parts.map((part) => part.toString('base64url')).join('.');
}
