import { isJsonObject } from '../runner/json-object.ts';

/**
 * The claims of a Kubernetes service account token. They are not secret, and they are not verified: they name the identity
 * in the log, and help to explain a refusal of the agent.
 */
export type ServiceAccountClaims = {
  readonly namespace?: string;
  readonly serviceAccount?: string;
  readonly audiences: readonly string[];
  readonly expiresAt?: Date;
};

/** The audience that EKS Pod Identity requires of a token. */
export const POD_IDENTITY_AUDIENCE = 'pods.eks.amazonaws.com';

/**
 * Reads the claims of a service account token (a JSON Web Token, RFC 7519); undefined if the text is not one.
 * The subject of such a token is `system:serviceaccount:<namespace>:<name>`, as Kubernetes documents it.
 */
export function readClaims(token: string): ServiceAccountClaims | undefined {
  const claims = decodePayload(token);
  if (claims === undefined) return undefined;
  const { sub, aud, exp } = claims;
  const owner = SUBJECT.exec(String(sub))?.groups as Owner | undefined;
  return {
    ...owner,
    audiences: (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === 'string'),
    ...(typeof exp === 'number' && Math.abs(exp) <= LATEST_DATE_S && { expiresAt: new Date(exp * 1000) }),
  };
}

// Names of Kubernetes objects are DNS names: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
const SUBJECT = /^system:serviceaccount:(?<namespace>[a-z0-9-]{1,63}):(?<serviceAccount>[a-z0-9.-]{1,253})$/;
type Owner = Readonly<Record<'namespace' | 'serviceAccount', string>>;

/** The latest date of JavaScript, in seconds since 1970. */
const LATEST_DATE_S = 8.64e12;

function decodePayload(token: string): Record<string, unknown> | undefined {
  const [, payload = ''] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isJsonObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}
