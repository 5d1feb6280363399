import { readText } from '../files/file-system.ts';
import { isPod, runnerKind } from '../runner/kind.ts';

/** The audience that EKS Pod Identity requires of a token. */
export const POD_IDENTITY_AUDIENCE = 'pods.eks.amazonaws.com';

/** The claims of a Kubernetes service account token. They are not secret, and not verified. */
export type Claims = {
  namespace: string | undefined;
  serviceAccount: string | undefined;
  /** Newer tokens name the node of the pod. */
  node: string | undefined;
  audiences: string[];
  /** In seconds since 1970. */
  expiresAt: number | undefined;
};

const SUBJECT = /^system:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})$/;

/** Reads the claims of a service account token; undefined if the text is none. */
export function readClaims(token = ''): Claims | undefined {
  const [, payload = ''] = token.split('.');

  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const [, namespace, serviceAccount] = SUBJECT.exec(claims.sub) ?? [];

    return {
      namespace,
      serviceAccount,
      node: claims['kubernetes.io']?.node?.name,
      audiences: [claims.aud].flat(),
      expiresAt: claims.exp,
    };
  } catch {
    return undefined;
  }
}

/** What is wrong with a token that was refused, by its own claims. */
export type TokenProblem = 'expired' | 'other-audience';

export function tokenProblem({ audiences, expiresAt }: Claims): TokenProblem | undefined {
  if (!audiences.includes(POD_IDENTITY_AUDIENCE)) return 'other-audience';

  const isExpired = expiresAt !== undefined && expiresAt * 1000 <= Date.now();
  return isExpired ? 'expired' : undefined;
}

/** Kubernetes mounts it into most pods. */
const MOUNTED = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * What names this pod in texts and commands, as far as its tokens tell. They are only read for
 * their claims.
 *
 * @param used the claims of the token that was used: no other token is read if they name a service
 * account
 */
export async function podFacts(used?: Claims, env = process.env, mounted = MOUNTED) {
  const claims =
    used?.serviceAccount === undefined
      ? ((await tryClaims(env['AWS_WEB_IDENTITY_TOKEN_FILE'])) ?? (await tryClaims(mounted)))
      : used;

  return {
    pod: isPod(runnerKind(env)) ? env['HOSTNAME'] : undefined,
    namespace: claims?.namespace,
    serviceAccount: claims?.serviceAccount,
    node: claims?.node,
  };
}

/** Undefined if the file cannot be read. */
const tryClaims = (path = '') => readText(path).then(readClaims, () => undefined);
