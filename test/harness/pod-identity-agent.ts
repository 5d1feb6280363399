import { randomBytes, randomUUID } from 'node:crypto';
import { HttpStandIn, json, type ReceivedRequest, text } from './http-stand-in.ts';
import { type Identity, metadataCredentials } from './identities.ts';

const AUDIENCE = 'pods.eks.amazonaws.com';

/** An error of EKS Auth, as the agent passes it on (eks-pod-identity-agent, pkg/errors). */
export function eksAuth(code: string, message: string) {
  return `[${randomUUID()}]: (${code}): ${message}, fault: client`;
}

function refusal(status: number, code: string, message: string) {
  return plainText(status, eksAuth(code, message));
}

/**
 * The response of the agent to a pod whose service account has no association. It has the status
 * and the text of eks-pod-identity-agent 0.1.37 to 0.2.2.
 */
export const NO_ASSOCIATION = refusal(
  404,
  'ResourceNotFoundException',
  'The token included in the request has no service account role association for it.',
);

const OTHER_AUDIENCE = refusal(
  400,
  'InvalidTokenException',
  'The audience in identity token is invalid.',
);

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
    if (!aud.includes(AUDIENCE)) return OTHER_AUDIENCE;

    const [, , namespace, name] = sub.split(':');
    const identity = this.associations.get(`${namespace}/${name}`);
    if (identity === undefined) return NO_ASSOCIATION;

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
