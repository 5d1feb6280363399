import { randomBytes } from 'node:crypto';

/** The audience that EKS Pod Identity asks of a service account token. */
export const POD_IDENTITY_AUDIENCE = 'pods.eks.amazonaws.com';

/** What the tests vary of a service account token; the rest is as a cluster writes it. */
export interface ServiceAccountTokenOptions {
  namespace?: string;
  serviceAccount?: string;
  audience?: string;
  /** Negative for a token that has expired. */
  expiresInSeconds?: number;
  /** For a token that is not valid yet. */
  validInSeconds?: number;
  /** The signing algorithm that its header names. */
  algorithm?: string;
}

/** The claims that the stand-ins read. */
export interface ServiceAccountClaims {
  aud: string[];
  exp: number;
  nbf: number;
  sub: string;
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Makes a token as Kubernetes projects it into a pod. Its signature is random: no stand-in has the cluster's keys. */
export function makeServiceAccountToken(options: ServiceAccountTokenOptions = {}): string {
  const { namespace = 'arc-runners', serviceAccount = 'build' } = options;
  const { audience = POD_IDENTITY_AUDIENCE, expiresInSeconds = 3600, algorithm = 'RS256' } = options;
  const now = Math.floor(Date.now() / 1000);
  const issued = Math.min(now, now + expiresInSeconds) - 60 + (options.validInSeconds ?? 0);
  const claims = {
    aud: [audience],
    exp: now + expiresInSeconds,
    iat: issued,
    iss: 'https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF',
    jti: '6a2b1f0e-7d5c-4a53-9d0c-2f6d0f3b9a11',
    'kubernetes.io': {
      namespace,
      node: { name: 'ip-10-0-1-2.eu-west-1.compute.internal', uid: '0b5fd0a3-4f49-4b0e-8f6e-2f9b4a3c7d21' },
      pod: { name: 'runner-abcde', uid: '9c3f1d52-1f0e-4f6c-8a3b-5d2e7c6b4a19' },
      serviceaccount: { name: serviceAccount, uid: '4e8d2c71-6b3a-4c5d-9e0f-1a2b3c4d5e6f' },
    },
    nbf: issued,
    sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
  };
  const header = { alg: algorithm, kid: 'f3c1a9d27be04e58a6f1d0c2b4e8977365a0d1ce' };
  return `${part(header)}.${part(claims)}.${randomBytes(256).toString('base64url')}`;
}

/** Reads the claims of a token. Throws with the message of Go's JWT library if it cannot be read. */
export function readClaims(token: string): ServiceAccountClaims {
  const parts = token.split('.');
  const [header = '', claims = ''] = parts;
  if (parts.length !== 3) {
    throw new Error('token is malformed: token contains an invalid number of segments');
  }
  const { alg } = decode('header', header) as { alg: string };
  if (!/^(?:[REP]S|HS)(?:256|384|512)$|^EdDSA$|^none$/.test(alg)) {
    throw new Error('token is unverifiable: signing method (alg) is unavailable');
  }
  return decode('claim', claims) as ServiceAccountClaims;
}

function decode(part: 'header' | 'claim', text: string): unknown {
  const illegal = text.search(/[^\w-]/);
  if (illegal >= 0) {
    const reason = `illegal base64 data at input byte ${illegal}`;
    throw new Error(`token is malformed: could not base64 decode ${part}: ${reason}`);
  }
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw new Error(`token is malformed: could not JSON decode ${part}: unexpected end of JSON input`);
  }
}
